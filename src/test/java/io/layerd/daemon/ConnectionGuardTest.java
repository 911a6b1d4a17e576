package io.layerd.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.layerd.daemon.ConnectionGuard.Limits;
import io.layerd.sys.Sys;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.impl.VertxInternal;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ConnectionGuardTest {
  private static final Duration SHORT = Duration.ofMillis(300);
  private static final Duration LONG = Duration.ofMinutes(1);
  private static final String REQUEST = "POST / HTTP/1.1\r\nHost: d\r\nContent-Length: 2\r\n\r\n";

  private static final String BARE = "GET / HTTP/1.1\r\nHost: d\r\n\r\n";

  private static final String CHUNKED =
      "POST / HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n";

  private final Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
  private ConnectionGuard guard = new ConnectionGuard(Sys.host());
  private int port;

  @AfterEach
  void stop() {
    guard.close();
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  @Test
  void aHeadThatTricklesInIsNotWaitedFor() throws IOException {
    serve(limits(10, SHORT, LONG, LONG));
    try (Socket socket = connect()) {
      String end = "open";
      for (char c : ("GET / HTTP/1.1\r\nX: " + "x".repeat(1000)).toCharArray()) {
        try {
          socket.getOutputStream().write(c);
          Thread.sleep(10);
        } catch (SocketException e) {
          end = "closed";
          break;
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
      }
      assertThat(end).isEqualTo("closed");
    }
  }

  @Test
  void aConnectionThatSaysNothingMoreIsClosed() throws IOException {
    serve(limits(10, LONG, SHORT, LONG));
    try (Socket socket = connect()) {
      send(socket, REQUEST + "ok");
      assertThat(answer(socket)).startsWith("HTTP/1.1 200").endsWith("done");
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void aBodyAndAnAnswerTakeTheirTime() throws Exception {
    Duration head = Duration.ofSeconds(3);
    serve(limits(10, head, head, LONG));
    try (Socket socket = connect()) {
      send(socket, REQUEST.replace("\r\n\r\n", "\r\nExpect: 100-continue\r\n\r\n"));
      assertThat(answer(socket)).startsWith("HTTP/1.1 100");
      Thread.sleep(head.plusSeconds(1));
      send(socket, "ok");
      assertThat(answer(socket)).endsWith("done");
    }
  }

  @Test
  void aBodyThatStopsIsNotWaitedFor() throws IOException {
    serve(limits(10, LONG, LONG, SHORT));
    for (String head : new String[] {REQUEST, CHUNKED}) {
      try (Socket socket = connect()) {
        send(socket, head + "o");
        assertThat(socket.getInputStream().read()).isEqualTo(-1);
      } catch (SocketException e) {
        assertThat(e).hasMessageContaining("reset");
      }
    }
  }

  @Test
  void aBodyThatGetsOnTakesItsTime() throws Exception {
    serve(limits(10, LONG, LONG, Duration.ofSeconds(2)));
    try (Socket socket = connect()) {
      send(socket, REQUEST.replace(": 2", ": 20"));
      for (int i = 0; i < 20; i++) { // twice the limit
        Thread.sleep(200);
        send(socket, "x");
      }
      assertThat(answer(socket)).endsWith("done");
    }
  }

  @Test
  void aBodyThatTheDaemonDoesNotReadIsNoFaultOfTheClient() throws Exception {
    serve(limits(10, LONG, LONG, SHORT));
    try (Socket socket = connect()) {
      byte[] body = new byte[4 * 1024 * 1024];
      send(
          socket,
          "POST /later HTTP/1.1\r\nHost: d\r\nContent-Length: %d\r\n\r\n".formatted(body.length));
      socket.getOutputStream().write(body);
      assertThat(answer(socket)).endsWith("done");
    }
  }

  @Test
  void requestsInAPipelineAreAnsweredInOrder() throws IOException {
    serve(limits(10, LONG, LONG, LONG));
    try (Socket socket = connect()) {
      send(socket, REQUEST + "ok" + CHUNKED + "ok\r\n0\r\n\r\n" + REQUEST + "ok");
      for (int i = 0; i < 3; i++) {
        StringBuilder one = new StringBuilder();
        while (!one.toString().endsWith("done")) {
          one.append((char) socket.getInputStream().read());
        }
        assertThat(one.toString()).startsWith("HTTP/1.1 200");
      }
    }
  }

  @Test
  void whereThereAreManyThoseWithoutARequestRest() throws Exception {
    serve(new Limits(10, LONG, Duration.ofSeconds(10), LONG, 1));
    List<Socket> sockets = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      sockets.add(connect());
      send(sockets.getLast(), BARE);
      assertThat(answer(sockets.getLast())).endsWith("done");
    }
    try (Socket begun = connect()) {
      send(begun, BARE + "GET / HT"); // it must not lose what it has said
      assertThat(answer(begun)).endsWith("done");
      awaitResting(2); // the first one was alone
      for (int i = 0; i < 3; i++) {
        send(sockets.get(i), i == 0 ? REQUEST + "ok" : BARE);
        assertThat(answer(sockets.get(i))).startsWith("HTTP/1.1 200").endsWith("done");
      }
      send(begun, "TP/1.1\r\nHost: d\r\n\r\n");
      assertThat(answer(begun)).endsWith("done");
      sockets.removeFirst().close(); // the one with a body, which stays awake
      awaitResting(3);
      sockets.removeFirst().close(); // one that rests
      awaitResting(2);
    }
    awaitResting(1);
    try (Socket socket = sockets.getFirst()) {
      assertThat(socket.getInputStream().read()).isEqualTo(-1); // its time is over
    }
    awaitResting(0);
    serveTenMore();
  }

  /** None of those that rested and are gone is counted any more. */
  private void serveTenMore() throws IOException {
    List<Socket> sockets = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      Socket socket = connect();
      send(socket, BARE);
      assertThat(answer(socket)).endsWith("done");
      sockets.add(socket);
    }
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  private void awaitResting(int count) throws InterruptedException {
    while (guard.resting().count() != count) {
      Thread.sleep(10);
    }
  }

  @Test
  void aBodyOfHttp2ThatStopsEndsAlone() throws IOException {
    serve(limits(10, LONG, LONG, SHORT));
    try (Socket socket = connect()) {
      send(socket, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
      DataOutputStream output = new DataOutputStream(socket.getOutputStream());
      frame(output, SETTINGS, 0, 0);
      frame(output, HEADERS, END_HEADERS, 1, H2_HEAD);
      frame(output, DATA, 0, 1, (byte) 'o');
      DataInputStream input = new DataInputStream(socket.getInputStream());
      List<String> seen = new ArrayList<>();
      while (!seen.contains("reset 1")) {
        frame(output, HEADERS, END_HEADERS | END_STREAM, 3 + 2 * seen.size(), H2_HEAD);
        seen.add(next(input));
      }
      assertThat(seen).allMatch(one -> one.equals("reset 1") || one.startsWith("end "));
      int last = 5 + 2 * seen.size();
      frame(output, HEADERS, END_HEADERS, last, H2_HEAD);
      frame(output, DATA, END_STREAM, last, (byte) 'o', (byte) 'k');
      String one = next(input);
      while (!one.equals("end " + last)) {
        assertThat(one).startsWith("end ");
        one = next(input);
      }
    }
  }

  @Test
  void aBodyOfHttp2ThatGetsOnTakesItsTime() throws Exception {
    serve(limits(10, LONG, LONG, Duration.ofSeconds(2)));
    try (Socket socket = connect()) {
      send(socket, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
      DataOutputStream output = new DataOutputStream(socket.getOutputStream());
      frame(output, SETTINGS, 0, 0);
      frame(output, HEADERS, END_HEADERS, 1, H2_HEAD);
      for (int i = 0; i < 20; i++) { // twice the limit
        Thread.sleep(200);
        frame(output, DATA, i == 19 ? END_STREAM : 0, 1, (byte) 'x');
      }
      assertThat(next(new DataInputStream(socket.getInputStream()))).isEqualTo("end 1");
    }
  }

  @Test
  void aBodyOfHttp2ThatTheDaemonDoesNotReadIsNoFaultOfTheClient() throws Exception {
    serve(limits(10, LONG, LONG, SHORT));
    try (Socket socket = connect()) {
      send(socket, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
      DataOutputStream output = new DataOutputStream(socket.getOutputStream());
      frame(output, SETTINGS, 0, 0);
      frame(output, HEADERS, END_HEADERS, 1, H2_LATER);
      for (int i = 0; i < 4; i++) { // up to what may be ahead of the daemon
        frame(output, DATA, 0, 1, new byte[15_000]);
      }
      Thread.sleep(SHORT.multipliedBy(5).minusMillis(100));
      DataInputStream input = new DataInputStream(socket.getInputStream());
      frame(output, DATA, END_STREAM, 1, new byte[5_000]);
      assertThat(next(input)).isEqualTo("end 1");
    }
  }

  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int RESET = 3;
  private static final int SETTINGS = 4;
  private static final int END_STREAM = 1;
  private static final int END_HEADERS = 4;

  /** {@code :method POST, :scheme http, :path /, :authority d}. */
  private static final byte[] H2_HEAD = {(byte) 0x83, (byte) 0x86, (byte) 0x84, 0x41, 1, 'd'};

  /** The same with the path {@code /later}. */
  private static final byte[] H2_LATER = {
    (byte) 0x83, (byte) 0x86, 0x04, 6, '/', 'l', 'a', 't', 'e', 'r', 0x41, 1, 'd'
  };

  private static void frame(
      DataOutputStream output, int type, int flags, int stream, byte... payload)
      throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream frame = new DataOutputStream(bytes);
    frame.writeByte(payload.length >> 16);
    frame.writeShort(payload.length);
    frame.writeByte(type);
    frame.writeByte(flags);
    frame.writeInt(stream);
    frame.write(payload);
    output.write(bytes.toByteArray());
  }

  /** The next end of a stream. */
  private static String next(DataInputStream input) throws IOException {
    while (true) {
      byte[] payload = new byte[input.readUnsignedByte() << 16 | input.readUnsignedShort()];
      int type = input.readUnsignedByte();
      int flags = input.readUnsignedByte();
      int stream = input.readInt();
      input.readFully(payload);
      if (type == RESET) {
        return "reset " + stream;
      }
      if ((type == DATA || type == HEADERS) && (flags & END_STREAM) != 0) {
        return "end " + stream;
      }
    }
  }

  @Test
  void connectionsAreBounded() throws IOException {
    serve(limits(3, LONG, LONG, LONG));
    List<Socket> sockets = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      Socket socket = connect();
      sockets.add(socket);
      for (int request = 0; request < 2; request++) {
        send(socket, REQUEST + "ok");
        assertThat(answer(socket)).endsWith("done");
      }
    }
    try (Socket tooMany = connect()) {
      assertThat(tooMany.getInputStream().read()).isEqualTo(-1);
    }
    for (Socket socket : sockets) {
      socket.close();
    }
    String answer = "";
    while (answer.isEmpty()) { // until the closed ones have been noticed
      try (Socket again = connect()) {
        send(again, REQUEST + "ok");
        answer = answer(again);
      } catch (SocketException e) {
        answer = "";
      }
    }
    assertThat(answer).endsWith("done");
  }

  @Test
  void aConnectionThatNeverSpeaksIsClosed() throws IOException {
    serve(limits(10, SHORT, LONG, LONG));
    try (Socket socket = connect()) {
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void settingsAndPingsOfHttp2DoNotReplaceARequest() throws Exception {
    serve(limits(10, SHORT, LONG, LONG));
    try (Socket socket = connect()) {
      send(socket, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
      byte[] settings = {0, 0, 0, 4, 0, 0, 0, 0, 0};
      byte[] ping = {0, 0, 8, 6, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8};
      OutputStream output = socket.getOutputStream();
      output.write(settings);
      Thread pings =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      while (true) {
                        output.write(ping);
                        Thread.sleep(50);
                      }
                    } catch (IOException | InterruptedException e) {
                      // the end that is waited for below
                    }
                  });
      try {
        socket.getInputStream().transferTo(OutputStream.nullOutputStream());
      } catch (SocketException e) {
        assertThat(e).hasMessageContaining("reset");
      }
      pings.interrupt();
      pings.join();
    }
  }

  @Test
  void anUpgradeWithoutSettingsReachesTheRouteAsItCame() throws IOException {
    serve(limits(10, LONG, LONG, LONG));
    try (Socket socket = connect()) {
      send(
          socket,
          REQUEST.replace("\r\n\r\n", "\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n") + "ok");
      assertThat(answer(socket)).startsWith("HTTP/1.1 200").contains("was: h2c").endsWith("done");
    }
  }

  private static Limits limits(int most, Duration firstHead, Duration idle, Duration stalled) {
    return new Limits(most, firstHead, idle, stalled, most);
  }

  private void serve(Limits limits) {
    guard = new ConnectionGuard(Sys.host(), limits);
    port =
        new ListeningVertx((VertxInternal) vertx, guard)
            .createHttpServer(
                new HttpServerOptions()
                    .setHttp2ClearTextEnabled(true)
                    .setInitialSettings(new Http2Settings().setMaxConcurrentStreams(5)))
            .connectionHandler(guard)
            .requestHandler(
                request -> {
                  if ("100-continue".equals(request.getHeader("Expect"))) {
                    request.response().writeContinue();
                  }
                  if (request.headers().contains("Upgrade")) {
                    request.response().putHeader("was", request.getHeader("Upgrade"));
                  }
                  if (request.path().equals("/later")) {
                    request.pause();
                    vertx.setTimer(5 * SHORT.toMillis(), _ -> request.resume());
                  }
                  request.body().onSuccess(_ -> request.response().end("done"));
                })
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .join()
            .actualPort();
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket("127.0.0.1", port);
    socket.setSoTimeout(30_000); // a read is not interrupted by the class's limit
    return socket;
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
  }

  /** What comes at once; empty if the connection was closed. */
  private static String answer(Socket socket) throws IOException {
    InputStream input = socket.getInputStream();
    byte[] buffer = new byte[4096];
    StringBuilder text = new StringBuilder();
    do {
      int read = input.read(buffer);
      if (read < 0) {
        return text.toString();
      }
      text.append(new String(buffer, 0, read, StandardCharsets.US_ASCII));
    } while (!text.toString().endsWith("done") && !text.toString().startsWith("HTTP/1.1 100"));
    return text.toString();
  }
}
