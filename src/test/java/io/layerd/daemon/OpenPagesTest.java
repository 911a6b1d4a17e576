package io.layerd.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.metrics.Metrics;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OpenPagesTest {
  private static final List<String> HEALTH =
      List.of("/q/health", "/q/health/live", "/q/health/ready", "/q/health/started");

  private static Vertx vertx;

  private final List<String> routed = Collections.synchronizedList(new ArrayList<>());
  private final Handler<HttpServerRequest> router =
      request -> {
        routed.add(request.path());
        request.response().end("from the router");
      };

  @BeforeAll
  static void open() {
    vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
  }

  @AfterAll
  static void close() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  @Test
  void healthIsServedAndNothingElse() throws IOException {
    int port = freePort();
    try (OpenPages _ = serve("--health-addr", "127.0.0.1:" + port)) {
      for (String path : HEALTH) {
        assertThat(get(port, path)).startsWith("HTTP/1.1 200 ").endsWith("from the router");
      }
      for (String path :
          List.of(
              "/",
              "/metrics",
              "/info",
              "/v1.51/info",
              "/q/health/",
              "/q//health",
              "/q/health/../../info",
              "/q/%68ealth",
              "/q/health/live/../../../info",
              "/q/health;a=b",
              "/Q/health",
              "*")) {
        assertThat(get(port, path)).as(path).startsWith("HTTP/1.1 404 ");
      }
      assertThat(send(port, "POST /q/health HTTP/1.1")).startsWith("HTTP/1.1 405 ");
      assertThat(send(port, "GET http://x/info HTTP/1.1")).startsWith("HTTP/1.1 404 ");
      assertThat(send(port, "CONNECT x:80 HTTP/1.1")).doesNotStartWith("HTTP/1.1 2");
    }
    assertThat(routed).containsExactlyElementsOf(HEALTH);
  }

  @Test
  void metricsAreServedAndNothingElse() throws IOException {
    int port = freePort();
    try (OpenPages _ = serve("--metrics-addr", "127.0.0.1:" + port)) {
      assertThat(get(port, "/metrics"))
          .startsWith("HTTP/1.1 200 ")
          .contains("Content-Type: " + Metrics.MEDIA_TYPE)
          .contains("# TYPE engine_daemon_container_actions_seconds histogram\n");
      assertThat(get(port, "/q/health")).startsWith("HTTP/1.1 404 ");
      assertThat(get(port, "/")).startsWith("HTTP/1.1 404 ").endsWith("404 page not found\n");
    }
    assertThat(routed).isEmpty();
  }

  @Test
  void bothMayShareAnAddress() throws IOException {
    int port = freePort();
    String address = "127.0.0.1:" + port;
    try (OpenPages _ = serve("--metrics-addr", address, "--health-addr", address)) {
      assertThat(get(port, "/metrics")).startsWith("HTTP/1.1 200 ");
      assertThat(get(port, "/q/health/live")).startsWith("HTTP/1.1 200 ");
      assertThat(get(port, "/info")).startsWith("HTTP/1.1 404 ");
    }
    try (OpenPages _ = serve("--health-addr", address)) {
      assertThat(get(port, "/q/health/live"))
          .as("closed and served again")
          .startsWith("HTTP/1.1 200 ");
    }
  }

  @Test
  void withoutAnAddressNothingIsServed() throws IOException {
    int port = freePort();
    try (OpenPages _ = serve()) {
      assertThatThrownBy(() -> get(port, "/q/health")).isInstanceOf(IOException.class);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "nonsense | error parsing tcp address: address nonsense: missing port in address",
        "[::1] | error parsing tcp address: address [::1]: missing port in address",
        "::1:80 | error parsing tcp address: address ::1:80: too many colons in address",
        ":9323 | failed to lookup  address in host specification",
        "localhost:http | listen tcp: address http: invalid port",
        "localhost:70000 | listen tcp: address 70000: invalid port",
      })
  void addressesThatMakeNoSense(String address, String reason) {
    assertThatThrownBy(() -> serve("--metrics-addr", address))
        .hasMessage("failed to start metrics server: " + reason);
    assertThatThrownBy(() -> serve("--health-addr", address))
        .hasMessage("failed to start health server: " + reason);
  }

  @Test
  void anAddressInUseIsAFailureInDockerdsWords() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String address = "127.0.0.1:" + taken.getLocalPort();
      assertThatThrownBy(() -> serve("--metrics-addr", address))
          .hasMessage(
              "failed to start metrics server: listen tcp "
                  + address
                  + ": bind: address already in use");
    }
  }

  @Test
  void theAddressOfTheApiIsRefused() throws IOException {
    String address = "127.0.0.1:" + freePort();
    assertThatThrownBy(() -> serve("-H", "tcp://" + address, "--health-addr", address))
        .hasMessageContaining(address + ": bind: address already in use by -H");
  }

  private OpenPages serve(String... flags) {
    List<String> all = new ArrayList<>(Arrays.asList(flags));
    all.addAll(List.of("--config-file", "/dev/null"));
    return OpenPages.serve(ConfigMerge.load(CommandLineParser.parse(all).flags()), vertx, router);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static String get(int port, String path) throws IOException {
    return send(port, "GET " + path + " HTTP/1.1");
  }

  private static String send(int port, String requestLine) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket
          .getOutputStream()
          .write(
              (requestLine + "\r\nHost: x\r\nConnection: close\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
