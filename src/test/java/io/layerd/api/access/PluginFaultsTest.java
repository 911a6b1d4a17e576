package io.layerd.api.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.layerd.error.SystemFailure;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Plugins that do not do their part. The sentences are those of dockerd 28.5. */
@Timeout(60)
class PluginFaultsTest {
  private static final Path SOCKETS = Path.of("/run/docker/plugins");
  private static final String NAME = "layerd-faults-" + ProcessHandle.current().pid();
  private static final String POST = "Post \"http://plugin.moby.localhost/AuthZPlugin.AuthZReq\": ";

  private final Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
  private final Path socket = SOCKETS.resolve(NAME + ".sock");
  private final AtomicInteger asked = new AtomicInteger();
  private volatile String says = "";
  private ServerSocketChannel server;
  private Plugin plugin;

  @BeforeEach
  void start() throws IOException {
    Files.createDirectories(SOCKETS);
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket));
    Thread.ofVirtual().start(this::serve);
    plugin = new Plugin(vertx, NAME, Duration.ofMillis(400), Duration.ofMillis(20));
    says = http("{\"Implements\":[\"authz\"]}");
    plugin.activate().toCompletionStage().toCompletableFuture().join();
    asked.set(0);
  }

  @AfterEach
  void stop() throws IOException {
    plugin.close();
    vertx.close().toCompletionStage().toCompletableFuture().join();
    server.close();
    Files.deleteIfExists(socket);
  }

  @Test
  void whatIsNoAnswerIsAFailure() {
    assertThat(failure(http("garbage")))
        .isEqualTo("invalid character 'g' looking for beginning of value");
    assertThat(failure(http(""))).isEqualTo("EOF");
    assertThat(failure(http("{\"Allow\":"))).isEqualTo("unexpected EOF");
    assertThat(failure(http("[true]")))
        .isEqualTo("json: cannot unmarshal array into Go value of type authorization.Response");
    assertThat(failure(http("{\"Allow\":\"true\"}")))
        .isEqualTo("json: cannot unmarshal string into Go struct field .Allow of type bool");
    assertThat(failure("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 4\r\n\r\noops"))
        .isEqualTo("AuthZPlugin.AuthZReq: oops");
    assertThat(failure("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{"))
        .isEqualTo("unexpected EOF");
    assertThat(asked.get()).as("none of these is asked again").isEqualTo(7);
  }

  @Test
  void nothingSaidIsNo() throws Exception {
    says = http("{}");
    assertThat(call()).isFalse();
    says = http("{\"Allow\":null}");
    assertThat(call()).isFalse();
    says = http("null");
    assertThat(call()).isFalse();
    says = http("{\"Allow\":true,\"Err\":\"broken\"}");
    assertThat(call()).isTrue();
  }

  @Test
  void oneThatHangsUpIsAskedAgainAndThenGivenUp() {
    assertThat(failure("")).isEqualTo(POST + "EOF");
    assertThat(asked.get()).isGreaterThan(2);
  }

  @Test
  void oneThatHangsIsGivenUp() {
    assertThat(failure("wait"))
        .isEqualTo(
            POST + "context deadline exceeded (Client.Timeout exceeded while awaiting headers)");
  }

  @Test
  void oneThatIsGoneMayComeBack() throws Exception {
    server.close();
    assertThat(failure(""))
        .isEqualTo(POST + "dial unix " + socket + ": connect: connection refused");
    Files.delete(socket);
    assertThat(failure(""))
        .isEqualTo(POST + "dial unix " + socket + ": connect: no such file or directory");
    says = http("{\"Allow\":true}");
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket));
    Thread.ofVirtual().start(this::serve);
    assertThat(call()).isTrue();
  }

  private boolean call() {
    return plugin
        .call("AuthZPlugin.AuthZReq", Map.of("RequestUri", "/version"))
        .map(PluginWords::allows)
        .toCompletionStage()
        .toCompletableFuture()
        .join();
  }

  private String failure(String answer) {
    says = answer;
    try {
      boolean allowed = call();
      throw new AssertionError("it answered " + allowed);
    } catch (CompletionException e) {
      Throwable cause = Objects.requireNonNull(e.getCause());
      assertThat(cause).isInstanceOf(SystemFailure.class);
      return Objects.requireNonNull(cause.getMessage());
    }
  }

  private static String http(String body) {
    return "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s".formatted(body.length(), body);
  }

  private void serve() {
    ServerSocketChannel accepting = server;
    while (true) {
      try (SocketChannel client = accepting.accept()) {
        StringBuilder request = new StringBuilder();
        ByteBuffer buffer = ByteBuffer.allocate(8192);
        while (!whole(request.toString())) {
          if (client.read(buffer.clear()) < 0) {
            break;
          }
          request.append(StandardCharsets.ISO_8859_1.decode(buffer.flip()));
        }
        asked.incrementAndGet();
        if (says.equals("wait")) {
          while (client.read(buffer.clear()) >= 0) {
            // until the one that asks gives up
          }
        }
        client.write(ByteBuffer.wrap(says.getBytes(StandardCharsets.US_ASCII)));
      } catch (IOException e) {
        if (!accepting.isOpen()) {
          return;
        }
      }
    }
  }

  private static boolean whole(String request) {
    int head = request.indexOf("\r\n\r\n");
    if (head < 0) {
      return false;
    }
    String length = request.substring(0, head).toLowerCase(java.util.Locale.ROOT);
    int at = length.indexOf("content-length: ");
    int bytes = at < 0 ? 0 : Integer.parseInt(length.substring(at + 16).split("\r\n", 2)[0]);
    return request.length() >= head + 4 + bytes;
  }
}
