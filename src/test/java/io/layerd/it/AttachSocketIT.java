package io.layerd.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Attaching through a WebSocket, with the JDK's client. */
@ExtendWith(SharedEngine.class)
class AttachSocketIT {
  private static DaemonFixture daemon;
  private static DockerCli docker;
  private static String image;
  private static int port;

  @BeforeAll
  static void start(Engine engine) throws Exception {
    try (java.net.ServerSocket free = new java.net.ServerSocket(0)) {
      port = free.getLocalPort();
    }
    daemon = DaemonFixture.start("--host=tcp://127.0.0.1:" + port, "--tls=false");
    docker = daemon.docker();
    image = engine.registry().ref("busybox");
    docker.ok("pull", "-q", image);
  }

  @AfterAll
  static void stop() {
    daemon.close();
  }

  /** All that came in messages, until the other side said that it is over. */
  private static final class Listener implements WebSocket.Listener {
    final StringBuilder text = new StringBuilder();
    final CompletableFuture<String> all = new CompletableFuture<>();
    private final String awaited;
    final CompletableFuture<String> seen = new CompletableFuture<>();

    Listener(String awaited) {
      this.awaited = awaited;
    }

    @Override
    public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
      return take(socket, StandardCharsets.UTF_8.decode(data).toString());
    }

    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      return take(socket, "text:" + data);
    }

    private CompletionStage<?> take(WebSocket socket, String data) {
      text.append(data);
      if (text.indexOf(awaited) >= 0) {
        seen.complete(text.toString());
      }
      socket.request(1);
      return CompletableFuture.completedStage(null);
    }

    @Override
    public CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
      all.complete(text + "<" + status + ">");
      return CompletableFuture.completedStage(null);
    }

    @Override
    public void onError(WebSocket socket, Throwable error) {
      all.completeExceptionally(error);
    }
  }

  private static WebSocket open(Listener listener, String version, String path) {
    return HttpClient.newHttpClient()
        .newWebSocketBuilder()
        .connectTimeout(Duration.ofSeconds(10))
        .buildAsync(
            URI.create("ws://127.0.0.1:" + port + version + "/containers/" + path), listener)
        .join();
  }

  private static void say(WebSocket socket, String text) {
    socket.sendBinary(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), true).join();
  }

  @Test
  void bothWaysUntilTheProcessEnds() throws Exception {
    docker.ok(
        "create", "-i", "--name", "ws-both", image, "sh", "-c", "read a; echo got $a; exit 3");
    Listener listener = new Listener("got");
    WebSocket socket = open(listener, "/v1.51", "ws-both/attach/ws?stream=1&stdin=1&stdout=1");
    docker.ok("start", "ws-both");
    say(socket, "he");
    say(socket, "llo\n");
    assertThat(listener.all.get(20, TimeUnit.SECONDS)).isEqualTo("got hello\n<1000>");
    assertThat(docker.ok("wait", "ws-both")).isEqualTo("3");
  }

  @Test
  void onlyTheStreamsAskedForAndTheLog() throws Exception {
    docker.ok(
        "run", "-d", "--name", "ws-log", image, "sh", "-c", "echo out; echo err >&2; sleep 1");
    docker.ok("wait", "ws-log");
    Listener errors = new Listener("err");
    open(errors, "/v1.51", "ws-log/attach/ws?logs=1&stderr=1");
    assertThat(errors.all.get(20, TimeUnit.SECONDS)).isEqualTo("err\n<1000>");
    Listener old = new Listener("out");
    open(old, "/v1.27", "ws-log/attach/ws?logs=1");
    assertThat(old.all.get(20, TimeUnit.SECONDS)).contains("text:", "out\n", "err\n");
  }

  @Test
  void detachKeysLeaveTheContainerRunning() throws Exception {
    docker.ok("run", "-dit", "--name", "ws-keys", image, "sh");
    Listener listener = new Listener("6 times 7 is 42");
    WebSocket socket =
        open(
            listener,
            "/v1.51",
            "ws-keys/attach/ws?stream=1&stdin=1&stdout=1&stderr=1&detachKeys=ctrl-x,x");
    say(socket, "echo 6 times 7 is $((6*7))\n");
    listener.seen.get(20, TimeUnit.SECONDS);
    say(socket, "\u0018x");
    assertThat(listener.all.get(20, TimeUnit.SECONDS)).endsWith("<1000>");
    assertThat(docker.ok("inspect", "-f", "{{.State.Running}}", "ws-keys")).isEqualTo("true");
  }

  @Test
  void errorsComeBeforeTheSocket() {
    assertThat(failure("ws-nothere/attach/ws?stream=1")).isEqualTo(404);
    Http http = daemon.http();
    assertThat(http.get("/v1.51/containers/ws-nothere/attach/ws").status()).isEqualTo(400);
  }

  private static int failure(String path) {
    try {
      open(new Listener(""), "/v1.51", path);
      return 101;
    } catch (CompletionException e) {
      return e.getCause() instanceof java.net.http.WebSocketHandshakeException refused
          ? refused.getResponse().statusCode()
          : -1;
    }
  }
}
