package io.layerd.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The API over HTTP/2: on the Unix socket and TCP without TLS, and with TLS by ALPN. */
class Http2IT {
  private static DaemonFixture daemon;
  private static int clear;

  @BeforeAll
  static void start() throws IOException {
    clear = freePort();
    daemon = DaemonFixture.start("--host=tcp://127.0.0.1:" + clear, "--tls=false");
  }

  @AfterAll
  static void stop() {
    daemon.close();
  }

  @Test
  void theSocketSpeaksItWithAndWithoutAnUpgrade() {
    for (String way : new String[] {"--http2", "--http2-prior-knowledge"}) {
      assertThat(curl(way, "/_ping")).isEqualTo("OK 2 200");
      assertThat(curl(way, "/v1.51/containers/none/json"))
          .isEqualTo("{\"message\":\"No such container: none\"}\n 2 404");
      assertThat(curl(way + " -X POST", "/containers/none/attach?stream=1"))
          .contains("use HTTP/1.1")
          .endsWith(" 2 400");
      assertThat(
              Command.sh(
                  "curl -sS -o /dev/null -w '%%{http_version}' %s http://127.0.0.1:%d/info"
                      .formatted(way, clear)))
          .isEqualTo("2");
    }
    assertThat(curl("--http1.1", "/_ping")).isEqualTo("OK 1.1 200");
    // a body is not upgraded but answered; BuildKit's upgrades are not HTTP/2's
    String json = " -H 'Content-Type: application/json' -d '{\"Name\":\"h2c\"}'";
    assertThat(curl("--http2" + json, "/volumes/create")).endsWith(" 1.1 201");
    assertThat(curl("--http2-prior-knowledge" + json, "/volumes/create")).endsWith(" 2 201");
    String upgrade = "-X POST -H 'Connection: Upgrade' -H 'Upgrade: h2c'";
    assertThat(curl(upgrade, "/session"))
        .isEqualTo(
            "{\"message\":\"no session id: header X-Docker-Expose-Session-Uuid is missing\"}\n"
                + " 1.1 400");
    assertThat(curl("-X POST", "/grpc"))
        .isEqualTo("{\"message\":\"no upgrade proto in request\"}\n 1.1 400");
  }

  @Test
  void eventsOfManyRequestsComeOnOneConnection() throws Exception {
    try (HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build()) {
      ask(client, "/_ping"); // the upgrade
      List<BufferedReader> readers = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        HttpResponse<java.io.InputStream> events =
            client.send(request("/events"), HttpResponse.BodyHandlers.ofInputStream());
        assertThat(events.version()).isEqualTo(HttpClient.Version.HTTP_2);
        readers.add(
            new BufferedReader(new InputStreamReader(events.body(), StandardCharsets.UTF_8)));
      }
      List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        answers.add(client.sendAsync(request("/version"), HttpResponse.BodyHandlers.ofString()));
      }
      for (CompletableFuture<HttpResponse<String>> answer : answers) {
        assertThat(answer.get().statusCode()).isEqualTo(200);
      }
      daemon.docker().ok("volume", "create", "seen");
      for (BufferedReader reader : readers) {
        assertThat(reader.readLine()).contains("\"seen\"");
        reader.close();
      }
      assertThat(ask(client, "/_ping")).isEqualTo("OK");
    }
  }

  @Test
  void whoTakesRequestsBackWithoutEndIsDisconnected() throws IOException {
    try (SocketChannel channel = daemon.http().open()) {
      Http.write(channel, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      Http.write(channel, new byte[] {0, 0, 0, 4, 0, 0, 0, 0, 0});
      // :method GET, :scheme http, :path /, :authority d
      byte[] block = {(byte) 0x82, (byte) 0x86, (byte) 0x84, 0x41, 1, 'd'};
      ByteBuffer flood = ByteBuffer.allocate(1000 * (9 + block.length + 13));
      for (int i = 0; i < 1000; i++) {
        int stream = 2 * i + 1;
        flood.put(new byte[] {0, 0, (byte) block.length, 1, 5}).putInt(stream).put(block);
        flood.put(new byte[] {0, 0, 4, 3, 0}).putInt(stream).putInt(8);
      }
      try {
        Http.write(channel, flood.array());
      } catch (IOException e) {
        assertThat(e).hasMessageMatching("(?i).*(broken pipe|reset).*");
      }
      // the end comes, and long before all of them were answered
      String answers = new String(Http.readAll(channel), StandardCharsets.ISO_8859_1);
      assertThat(answers.split("page not found", -1)).hasSizeBetween(2, 400);
    }
    assertThat(curl("--http2-prior-knowledge", "/_ping")).isEqualTo("OK 2 200");
  }

  private static String ask(HttpClient client, String path) throws Exception {
    return client.send(request(path), HttpResponse.BodyHandlers.ofString()).body();
  }

  private static HttpRequest request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + clear + path)).build();
  }

  private static String curl(String arguments, String path) {
    return Command.sh(
        "curl -sS -w ' %%{http_version} %%{http_code}' --unix-socket %s %s 'http://d%s'"
            .formatted(daemon.root().resolve("sock"), arguments, path));
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
