package io.layerd.api.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.layerd.api.ApiFront;
import io.layerd.api.ErrorAnswer;
import io.layerd.container.FrameSink;
import io.layerd.engine.AttachStream;
import io.layerd.error.NotFound;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.Router;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Raw connections over a real Unix socket, against a process made of queues. */
@Timeout(30)
class HijackTest {
  private Vertx vertx;
  private Path directory;
  private Path path;
  private FakeProcess process;

  @BeforeEach
  void serve() throws IOException {
    directory = Files.createTempDirectory("layerd-hijack");
    path = directory.resolve("s");
    process = new FakeProcess();
    vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
    Router router = Router.router(vertx);
    router
        .post("/attach")
        .handler(
            routing ->
                BodyReader.read(routing.request())
                    .onSuccess(_ -> AttachRoute.join(routing, process)));
    router.get("/ws").handler(routing -> AttachSocketRoute.join(routing, process));
    router
        .post("/missing")
        .handler(
            routing ->
                ApiFront.answer(routing.response(), ErrorAnswer.of(new NotFound("No such thing"))));
    vertx
        .createHttpServer()
        .requestHandler(router)
        .listen(SocketAddress.domainSocketAddress(path.toString()))
        .toCompletionStage()
        .toCompletableFuture()
        .join();
  }

  @AfterEach
  void close() throws IOException {
    process.close();
    vertx.close().toCompletionStage().toCompletableFuture().join();
    Files.deleteIfExists(path);
    Files.delete(directory);
  }

  @Test
  void inputEndsWithTheClientsHalfWhileOutputGoesOn() throws Exception {
    try (SocketChannel client = connect()) {
      send(
          client,
          "POST /attach HTTP/1.1\r\nHost: d\r\nUpgrade: tcp\r\nConnection: Upgrade\r\n\r\n");
      assertThat(head(client))
          .startsWith("HTTP/1.1 101 UPGRADED\r\n")
          .contains("Content-Type: application/vnd.docker.multiplexed-stream\r\n")
          .contains("Connection: Upgrade\r\nUpgrade: tcp\r\n");
      send(client, "abc");
      client.shutdownOutput();
      assertThat(process.input.poll(5, TimeUnit.SECONDS)).isEqualTo("abc");
      assertThat(process.input.poll(5, TimeUnit.SECONDS)).isEqualTo("<end>");
      process.output.add(new Piece(1, "out".getBytes(StandardCharsets.UTF_8)));
      process.output.add(new Piece(2, "err".getBytes(StandardCharsets.UTF_8)));
      process.output.add(Piece.END);
      assertThat(readAll(client)).isEqualTo("\1\0\0\0\0\0\0\3out\2\0\0\0\0\0\0\3err");
    }
  }

  @Test
  void withoutUpgradeTheAnswerIsARawStream() throws Exception {
    process.tty = true;
    try (SocketChannel client = connect()) {
      send(client, "POST /attach HTTP/1.1\r\nHost: d\r\n\r\nearly");
      assertThat(head(client))
          .startsWith("HTTP/1.1 200 OK\r\n")
          .contains("Content-Type: application/vnd.docker.raw-stream\r\n")
          .doesNotContain("Upgrade");
      assertThat(process.input.poll(5, TimeUnit.SECONDS)).isEqualTo("early");
      process.output.add(new Piece(1, "tty".getBytes(StandardCharsets.UTF_8)));
      process.output.add(Piece.END);
      assertThat(readAll(client)).isEqualTo("tty");
    }
  }

  @Test
  void aSlowClientHoldsTheProcessBack() throws Exception {
    try (SocketChannel client = connect()) {
      send(client, "POST /attach HTTP/1.1\r\nHost: d\r\nUpgrade: tcp\r\n\r\n");
      head(client);
      int pieces = 200;
      byte[] piece = new byte[64 * 1024];
      for (int i = 0; i < pieces; i++) {
        process.output.add(new Piece(1, piece));
      }
      process.output.add(Piece.END);
      Thread.sleep(500);
      assertThat(process.written.get()).isLessThan(4L * 1024 * 1024);
      assertThat(readAll(client).length()).isEqualTo(pieces * (piece.length + 8));
    }
  }

  @Test
  void aProcessThatDoesNotReadHoldsTheClientBack() throws Exception {
    process.takesInput = new CountDownLatch(1);
    try (SocketChannel client = connect()) {
      send(client, "POST /attach HTTP/1.1\r\nHost: d\r\nUpgrade: tcp\r\n\r\n");
      head(client);
      client.configureBlocking(false);
      ByteBuffer data = ByteBuffer.wrap(new byte[16 * 1024 * 1024]);
      for (int i = 0; i < 50; i++) {
        client.write(data);
        Thread.sleep(10);
      }
      assertThat(data.position()).isLessThan(2 * 1024 * 1024);
      process.takesInput.countDown();
      client.configureBlocking(true);
      while (data.hasRemaining()) {
        client.write(data);
      }
      client.shutdownOutput();
      long total = 0;
      for (String input; !(input = process.input.take()).equals("<end>"); ) {
        total += input.length();
      }
      assertThat(total).isEqualTo(16 * 1024 * 1024);
      process.output.add(Piece.END);
    }
  }

  @Test
  void aClientThatGoesEndsTheStream() throws Exception {
    try (SocketChannel client = connect()) {
      send(client, "POST /attach HTTP/1.1\r\nHost: d\r\nUpgrade: tcp\r\n\r\n");
      head(client);
    }
    process.output.add(new Piece(1, new byte[10]));
    process.output.add(new Piece(1, new byte[10]));
    assertThat(process.closed.await(5, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void anErrorLeavesTheConnectionUsable() throws Exception {
    try (SocketChannel client = connect()) {
      for (int i = 0; i < 2; i++) {
        send(client, "POST /missing HTTP/1.1\r\nHost: d\r\n\r\n");
        assertThat(head(client)).startsWith("HTTP/1.1 404 Not Found");
        client.read(ByteBuffer.allocate(28));
      }
    }
  }

  /** The key and its answer are RFC 6455's own example. */
  @Test
  void aWebSocketCarriesTheStreamsInMessages() throws Exception {
    try (SocketChannel client = connect()) {
      send(
          client,
          "GET /ws HTTP/1.1\r\nHost: d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
              + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
      assertThat(head(client))
          .startsWith("HTTP/1.1 101 Switching Protocols\r\n")
          .contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n");
      send(client, masked(2, "abc"));
      assertThat(process.input.poll(5, TimeUnit.SECONDS)).isEqualTo("abc");
      send(client, masked(9, "?"));
      assertThat(read(client, 3)).isEqualTo("\u008a\1?");
      process.output.add(new Piece(1, "out".getBytes(StandardCharsets.UTF_8)));
      assertThat(read(client, 5)).isEqualTo("\u0082\3out");
      process.output.add(Piece.END);
      assertThat(read(client, 4)).isEqualTo("\u0088\2\3\u00e8");
      send(client, masked(8, "\3\u00e8"));
      assertThat(readAll(client)).isEmpty();
    }
  }

  @Test
  void theEndOfAWebSocketIsTheEndOfItsInput() throws Exception {
    try (SocketChannel client = connect()) {
      send(
          client,
          "GET /ws HTTP/1.1\r\nHost: d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
              + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
      head(client);
      send(client, masked(8, ""));
      assertThat(readAll(client)).isEqualTo("\u0088\2\3\u00e8");
      assertThat(process.input.poll(5, TimeUnit.SECONDS)).isEqualTo("<end>");
      assertThat(process.closed.await(5, TimeUnit.SECONDS)).isTrue();
    }
  }

  /** One whole message of a client, with a mask that changes nothing. */
  private static String masked(int opcode, String text) {
    return (char) (0x80 | opcode) + "" + (char) (0x80 | text.length()) + "\0\0\0\0" + text;
  }

  private static String read(SocketChannel channel, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
      Thread.onSpinWait();
    }
    return new String(bytes.array(), 0, bytes.position(), StandardCharsets.ISO_8859_1);
  }

  private SocketChannel connect() throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    channel.connect(UnixDomainSocketAddress.of(path));
    return channel;
  }

  private static void send(SocketChannel channel, String text) throws IOException {
    channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1)));
  }

  private static String head(SocketChannel channel) throws IOException {
    StringBuilder head = new StringBuilder();
    ByteBuffer one = ByteBuffer.allocate(1);
    while (head.indexOf("\r\n\r\n") < 0 && channel.read(one.clear()) > 0) {
      head.append((char) one.get(0));
    }
    return head.toString();
  }

  private static String readAll(SocketChannel channel) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    ByteBuffer buffer = ByteBuffer.allocate(65536);
    while (channel.read(buffer.clear()) >= 0) {
      all.write(buffer.array(), 0, buffer.position());
    }
    return all.toString(StandardCharsets.ISO_8859_1);
  }

  record Piece(int stream, byte[] data) {
    static final Piece END = new Piece(0, new byte[0]);
  }

  /** Output is what the test puts into a queue; input goes into another. */
  private static final class FakeProcess implements AttachStream {
    final BlockingQueue<Piece> output = new LinkedBlockingQueue<>();
    final BlockingQueue<String> input = new LinkedBlockingQueue<>();
    final AtomicLong written = new AtomicLong();
    final CountDownLatch closed = new CountDownLatch(1);
    volatile CountDownLatch takesInput = new CountDownLatch(0);
    volatile boolean tty;

    @Override
    public boolean tty() {
      return tty;
    }

    @Override
    public Uni<Void> pump(FrameSink sink) {
      return Uni.createFrom()
          .emitter(emitter -> Thread.ofVirtual().start(() -> emitter.complete(copy(sink))));
    }

    private Void copy(FrameSink sink) {
      try {
        for (Piece piece; (piece = output.take()) != Piece.END; ) {
          sink.write(piece.stream(), piece.data());
          written.addAndGet(piece.data().length);
        }
      } catch (IOException | InterruptedException e) {
        closed.countDown();
      }
      return null;
    }

    @Override
    public Uni<Void> write(byte[] data) {
      return Uni.createFrom()
          .emitter(
              emitter ->
                  Thread.ofVirtual()
                      .start(
                          () -> {
                            try {
                              takesInput.await();
                              input.add(new String(data, StandardCharsets.ISO_8859_1));
                              emitter.complete(null);
                            } catch (InterruptedException e) {
                              emitter.fail(e);
                            }
                          }));
    }

    @Override
    public void closeInput() {
      // the contract: after all that was written
      Thread.ofVirtual()
          .start(
              () -> {
                try {
                  takesInput.await();
                  Thread.sleep(50);
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
                input.add("<end>");
              });
    }

    @Override
    public void close() {
      output.add(Piece.END);
      closed.countDown();
    }
  }
}
