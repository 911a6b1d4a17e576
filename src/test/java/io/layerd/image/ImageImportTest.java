package io.layerd.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.layerd.error.EngineException;
import io.layerd.error.InvalidParameter;
import io.layerd.error.NotFound;
import io.layerd.error.SystemFailure;
import io.layerd.image.ImageArchives.ImportListener;
import io.layerd.image.ImageArchives.ImportRequest;
import io.layerd.image.ImageService.Cancellation;
import io.layerd.image.ImageService.Image;
import io.layerd.oci.Digest;
import io.layerd.oci.Platform;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ImageImportTest extends StoreFixture {
  private static final byte[] TAR = ArchiveBuilder.layer("file", 10);
  private static final Cancellation NEVER =
      new Cancellation() {
        @Override
        public boolean cancelled() {
          return false;
        }

        @Override
        public void onCancel(Runnable action) {}
      };

  private final List<String> heard = new ArrayList<>();

  private Image make(@Nullable InputStream tar, ImportRequest request) throws IOException {
    return images.importTar(
        tar,
        request,
        new ImportListener() {
          @Override
          public void downloading(String url) {
            heard.add(url);
          }

          @Override
          public void importing(long current, long total) {
            heard.add(current + "/" + total);
          }
        },
        NEVER);
  }

  private static ImportRequest request(String repository, String tag, String... changes) {
    return new ImportRequest("", repository, tag, "a <b>", List.of(changes), null, "28.5.2");
  }

  @Test
  void theConfigurationIsDockerds() throws Exception {
    Image image =
        make(
            new ByteArrayInputStream(TAR),
            request("made", "1", "CMD x", "ENV a=b", "LABEL z=1 a=2"));
    assertThat(images.get("made:1").id()).isEqualTo(image.id());
    String raw = new String(image.raw(), StandardCharsets.UTF_8);
    String created = raw.replaceAll(".*\"created\":\"([^\"]+)\",\"docker.*", "$1");
    assertThat(raw)
        .isEqualTo(
            ("{\"architecture\":\"%s\",\"comment\":\"a \\u003cb\\u003e\",\"config\":{\"Hostname\":\"\","
                    + "\"Domainname\":\"\",\"User\":\"\",\"AttachStdin\":false,\"AttachStdout\":false,"
                    + "\"AttachStderr\":false,\"Tty\":false,\"OpenStdin\":false,\"StdinOnce\":false,"
                    + "\"Env\":[\"a=b\"],\"Cmd\":[\"/bin/sh\",\"-c\",\"x\"],\"Image\":\"\",\"Volumes\":null,"
                    + "\"WorkingDir\":\"\",\"Entrypoint\":null,\"OnBuild\":null,\"Labels\":{\"a\":\"2\",\"z\":\"1\"}},"
                    + "\"container_config\":{\"Hostname\":\"\",\"Domainname\":\"\",\"User\":\"\","
                    + "\"AttachStdin\":false,\"AttachStdout\":false,\"AttachStderr\":false,\"Tty\":false,"
                    + "\"OpenStdin\":false,\"StdinOnce\":false,\"Env\":null,\"Cmd\":null,\"Image\":\"\","
                    + "\"Volumes\":null,\"WorkingDir\":\"\",\"Entrypoint\":null,\"OnBuild\":null,\"Labels\":null},"
                    + "\"created\":\"%s\",\"docker_version\":\"28.5.2\",\"history\":[{\"created\":\"%s\","
                    + "\"comment\":\"a \\u003cb\\u003e\"}],\"os\":\"linux\",\"rootfs\":{\"type\":\"layers\","
                    + "\"diff_ids\":[\"%s\"]}}")
                .formatted(Platform.host().architecture(), created, created, Digest.of(TAR)));
    images.remove("made:1", false, true);
    assertThat(layers.all()).isEmpty();
  }

  @Test
  void nothingIsReadForAWrongRequest() {
    InputStream untouched =
        new InputStream() {
          @Override
          public int read() {
            throw new AssertionError("read");
          }
        };
    assertThatThrownBy(() -> make(untouched, request("UP", "")))
        .isInstanceOf(InvalidParameter.class)
        .hasMessageContaining("must be lowercase");
    assertThatThrownBy(() -> make(untouched, request("a@" + D, "")))
        .hasMessage("cannot import digest reference");
    assertThatThrownBy(() -> make(untouched, request("a", "@"))).hasMessage("invalid tag format");
    assertThatThrownBy(() -> make(untouched, request("a", "", "RUN x")))
        .hasMessage("RUN is not a valid change command");
    assertThatThrownBy(() -> make(untouched, request("sha256", "")))
        .hasMessageContaining("ambiguous tag");
    Platform windows = new Platform("amd64", "windows", null, null);
    assertThatThrownBy(
            () -> make(untouched, new ImportRequest("", "a", "", "", List.of(), windows, "28.5.2")))
        .hasMessage("operating system is not supported");
  }

  @Test
  void aBrokenTarLeavesNothing() {
    assertThatThrownBy(
            () ->
                make(
                    new ByteArrayInputStream("BAD".getBytes(StandardCharsets.UTF_8)),
                    request("a", "")))
        .isInstanceOf(SystemFailure.class)
        .hasMessage("archive/tar: invalid tar header");
    assertThat(layers.stagedNow()).isZero();
    assertThat(images.count()).isZero();
  }

  @Test
  void fromTheWeb() throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          boolean there = exchange.getRequestURI().getPath().equals("/x.tar");
          byte[] body = there ? TAR : "gone\n".getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(there ? 200 : 404, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    String host = "127.0.0.1:" + server.getAddress().getPort();
    try {
      Image image = make(null, source(host + "/x.tar"));
      assertThat(image.diffIds().getFirst().digest()).isEqualTo(Digest.of(TAR));
      assertThat(heard)
          .startsWith("http://" + host + "/x.tar")
          .endsWith(TAR.length + "/" + TAR.length);
      assertThatThrownBy(() -> make(null, source("http://" + host + "/no")))
          .isInstanceOf(NotFound.class)
          .hasMessage("failed to GET http://%s/no with status 404 Not Found: gone".formatted(host));
    } finally {
      server.stop(0);
    }
    assertThatThrownBy(() -> make(null, source("http://" + host + "/x.tar")))
        .isInstanceOf(EngineException.class)
        .hasMessage(
            "Get \"http://%1$s/x.tar\": dial tcp %1$s: connect: connection refused"
                .formatted(host));
    assertThatThrownBy(() -> make(null, source("file:///etc/passwd")))
        .hasMessage("Get \"file:///etc/passwd\": unsupported protocol scheme \"file\"");
    assertThatThrownBy(() -> make(null, source("http://")))
        .hasMessageEndingWith("no Host in request URL");
  }

  private static ImportRequest source(String url) {
    return new ImportRequest(url, "", "", "", List.of(), null, "28.5.2");
  }
}
