package io.layerd.it;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** Debian's docker-registry on a free port of 127.0.0.1, and a small client that fills it. */
final class RegistryFixture implements AutoCloseable {
  private final HttpClient client = HttpClient.newHttpClient();
  private final Path directory;
  private final int port;
  private final Process process;

  RegistryFixture() {
    try {
      directory = Files.createTempDirectory("layerd-it-registry");
      port = freePort();
      Path config = directory.resolve("config.yml");
      Files.writeString(
          config,
          """
          version: 0.1
          log: {level: warn, accesslog: {disabled: true}}
          storage: {filesystem: {rootdirectory: %s/data}, delete: {enabled: true}}
          http: {addr: "127.0.0.1:%d"}
          """
              .formatted(directory, port));
      process =
          Command.of("docker-registry", "serve", config.toString())
              .env("OTEL_TRACES_EXPORTER", "none")
              .startInto(directory.resolve("log"));
    } catch (IOException e) {
      throw new IllegalStateException("install docker-registry", e);
    }
    Wait.until("the registry to answer", this::answers);
  }

  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  String host() {
    return "127.0.0.1:" + port;
  }

  /** The reference a client pulls: host, port, name. */
  String ref(String name) {
    return host() + "/" + name;
  }

  private boolean answers() {
    try {
      return send(HttpRequest.newBuilder(uri("/v2/")).build()).statusCode() == 200;
    } catch (IllegalStateException e) {
      return false;
    }
  }

  /** Pushes an image with all it refers to; answers its reference. */
  String push(String name, String tag, TestImage image) {
    image.blobs().forEach((digest, bytes) -> pushBlob(name, digest, bytes));
    image.children().values().forEach(child -> putManifest(name, child.digest(), child));
    putManifest(name, tag, image);
    return ref(name) + ":" + tag;
  }

  private void pushBlob(String name, String digest, byte[] bytes) {
    String base = "/v2/" + name + "/blobs/";
    HttpRequest head = HttpRequest.newBuilder(uri(base + digest)).HEAD().build();
    if (send(head).statusCode() == 200) {
      return;
    }
    HttpResponse<String> started =
        send(HttpRequest.newBuilder(uri(base + "uploads/")).POST(BodyPublishers.noBody()).build());
    String location = started.headers().firstValue("location").orElseThrow();
    URI target =
        uri("/").resolve(location + (location.contains("?") ? "&" : "?") + "digest=" + digest);
    expect(201, HttpRequest.newBuilder(target).PUT(BodyPublishers.ofByteArray(bytes)));
  }

  private void putManifest(String name, String reference, TestImage image) {
    expect(
        201,
        HttpRequest.newBuilder(uri("/v2/" + name + "/manifests/" + reference))
            .header("Content-Type", image.mediaType())
            .PUT(BodyPublishers.ofByteArray(image.manifest())));
  }

  private void expect(int status, HttpRequest.Builder request) {
    HttpResponse<String> answer = send(request.build());
    if (answer.statusCode() != status) {
      throw new IllegalStateException(answer + " " + answer.body());
    }
  }

  private HttpResponse<String> send(HttpRequest request) {
    try {
      return client.send(request, BodyHandlers.ofString());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private URI uri(String path) {
    return URI.create("http://" + host() + path);
  }

  @Override
  public void close() {
    process.destroy();
    try {
      process.waitFor(Duration.ofSeconds(10));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    client.close();
    Command.of("rm", "-rf", directory.toString()).run();
  }

  static Map<String, TestImage> standardImages() {
    return Map.of(
        "busybox", TestImages.busybox(TestImage.Form.DOCKER),
        "configured", TestImages.configured(),
        "odd", TestImages.odd(),
        "multi", TestImages.multiPlatform(TestImage.Form.OCI),
        "list", TestImages.multiPlatform(TestImage.Form.DOCKER));
  }
}
