package io.layerd.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.events.EventLog;
import io.layerd.image.ImageService.PullRequest;
import io.layerd.oci.Digest;
import io.layerd.oci.MediaTypes;
import io.layerd.registry.RegistryCredentials;
import io.layerd.registry.RegistryOptions;
import io.layerd.registry.RegistrySettings;
import io.layerd.registry.TestRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Against Docker's own registry server, docker-registry. */
@Timeout(60)
class RealRegistryTest {
  @TempDir Path directory;
  private final HttpClient http = HttpClient.newHttpClient();
  private final FakeLayerStore layers = new FakeLayerStore();
  private Process process;
  private String host;

  @BeforeEach
  void start() throws Exception {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      host = "127.0.0.1:" + free.getLocalPort();
    }
    Path config = directory.resolve("registry.yml");
    Files.writeString(
        config,
        "version: 0.1\nlog: {level: error, accesslog: {disabled: true}}\n"
            + "storage: {filesystem: {rootdirectory: "
            + directory.resolve("data")
            + "}}\n"
            + "http: {addr: '"
            + host
            + "'}\n");
    ProcessBuilder builder = new ProcessBuilder("docker-registry", "serve", config.toString());
    builder.environment().put("OTEL_TRACES_EXPORTER", "none");
    builder.redirectErrorStream(true).redirectOutput(directory.resolve("log").toFile());
    process = builder.start();
    for (int i = 0; i < 200; i++) {
      try {
        send(HttpRequest.newBuilder(url("/v2/")));
        return;
      } catch (IOException e) {
        TimeUnit.MILLISECONDS.sleep(50);
      }
    }
    throw new IllegalStateException(Files.readString(directory.resolve("log")));
  }

  @AfterEach
  void stop() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  private URI url(String path) {
    return URI.create("http://" + host + path);
  }

  private HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private void push(String repository, byte[] blob) throws IOException, InterruptedException {
    HttpResponse<String> begun =
        send(
            HttpRequest.newBuilder(url("/v2/" + repository + "/blobs/uploads/"))
                .POST(HttpRequest.BodyPublishers.noBody()));
    String location = begun.headers().firstValue("Location").orElseThrow();
    HttpResponse<String> done =
        send(
            HttpRequest.newBuilder(URI.create(location + "&digest=" + Digest.of(blob)))
                .PUT(HttpRequest.BodyPublishers.ofByteArray(blob)));
    assertThat(done.statusCode()).isEqualTo(201);
  }

  private void pull(String reference, List<String> lines) {
    ImageService images =
        ImageServices.open(
            directory.resolve("root"),
            layers,
            new RegistryOptions(RegistrySettings.DEFAULT),
            new EventLog());
    images.pull(
        new PullRequest(host + "/" + reference, false, null, RegistryCredentials.ANONYMOUS),
        (id, status, _, _) -> lines.add(status),
        new ImageService.Cancellation() {
          @Override
          public boolean cancelled() {
            return false;
          }

          @Override
          public void onCancel(Runnable action) {}
        });
    assertThat(images.get(host + "/" + reference).diffIds()).hasSize(2);
  }

  @Test
  void pulls() throws Exception {
    List<byte[]> tars = List.of(TestRegistry.noise(500_000, 1), TestRegistry.noise(900_000, 2));
    byte[] config = TestRegistry.config("", tars);
    push("t/app", config);
    StringBuilder descriptors = new StringBuilder();
    for (byte[] tar : tars) {
      byte[] packed = TestRegistry.gzip(tar);
      push("t/app", packed);
      descriptors
          .append(descriptors.isEmpty() ? "" : ",")
          .append(TestRegistry.descriptor(MediaTypes.DOCKER_LAYER_GZIP, packed));
    }
    String manifest =
        TestRegistry.manifest(
            TestRegistry.descriptor(MediaTypes.DOCKER_CONFIG, config), descriptors.toString());
    HttpResponse<String> put =
        send(
            HttpRequest.newBuilder(url("/v2/t/app/manifests/v1"))
                .header("Content-Type", MediaTypes.DOCKER_MANIFEST)
                .PUT(HttpRequest.BodyPublishers.ofString(manifest)));
    assertThat(put.statusCode()).isEqualTo(201);
    List<String> lines = new ArrayList<>();
    pull("t/app:v1", lines);
    assertThat(lines).endsWith("Status: Downloaded newer image for " + host + "/t/app:v1");
    assertThatThrownBy(() -> pull("t/app:v2", lines))
        .hasMessage(
            "manifest for " + host + "/t/app:v2 not found: manifest unknown: manifest unknown");
    assertThatThrownBy(() -> pull("t/nosuch:v2", lines))
        .hasMessage(
            "manifest for " + host + "/t/nosuch:v2 not found: manifest unknown: manifest unknown");
  }
}
