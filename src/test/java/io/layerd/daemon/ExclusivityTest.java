package io.layerd.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.sys.Sys;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.logging.Level;
import org.jboss.logmanager.ExtLogRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What only one daemon may have: pid file, data root, sockets. */
class ExclusivityTest {
  @TempDir Path directory;

  @Test
  void aStalePidFileIsTakenOverAndOursIsRemoved() throws IOException {
    Path path = directory.resolve("run/layerd.pid");
    Files.createDirectories(path.getParent());
    Files.writeString(path, "4194304");
    try (PidFile _ = PidFile.take(path)) {
      assertThat(path).hasContent(Long.toString(ProcessHandle.current().pid()));
    }
    assertThat(path).doesNotExist();
  }

  @Test
  void aLivingOwnerKeepsItsPidFile() throws IOException {
    Path path = directory.resolve("layerd.pid");
    Files.writeString(path, "1");
    assertThatThrownBy(() -> PidFile.take(path))
        .isInstanceOf(StartupFailure.class)
        .hasMessage(
            "ensure docker is not running or delete "
                + path
                + ": process with PID 1 is still running");
    assertThat(path).hasContent("1");
  }

  @Test
  void aDataRootIsMadeAndLocked() throws IOException {
    Path root = directory.resolve("a/b");
    try (DataRoot _ = DataRoot.take(Sys.host(), root)) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(root)))
          .isEqualTo("rwx--x---");
      assertThatThrownBy(() -> DataRoot.take(Sys.host(), root))
          .hasMessageContaining("is in use by another layerd");
    }
    DataRoot.take(Sys.host(), root).close();
  }

  @Test
  void aDataRootThatIsAFileIsRefusedInASentence() throws IOException {
    Path file = Files.createFile(directory.resolve("file"));
    assertThatThrownBy(() -> DataRoot.take(Sys.host(), file))
        .isInstanceOf(StartupFailure.class)
        .hasMessageContaining("cannot write to data root " + file);
  }

  @Test
  void aSocketInUseIsRefusedAndAStaleOneReplaced() throws IOException {
    Path path = directory.resolve("sub/s.sock");
    UnixSocketFile.prepare(path);
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(path));
      assertThatThrownBy(() -> UnixSocketFile.prepare(path))
          .isInstanceOf(StartupFailure.class)
          .hasMessageContaining("address already in use");
    }
    assertThat(path).exists();
    UnixSocketFile.prepare(path);
    assertThat(path).doesNotExist();
  }

  @Test
  void aPathTooLongForASocketIsRefused() {
    Path path = directory.resolve("x".repeat(120));
    assertThatThrownBy(() -> UnixSocketFile.prepare(path)).hasMessageContaining("longer than 107");
  }

  @Test
  void listenersServeAndCleanUp() throws IOException {
    Path path = directory.resolve("l.sock");
    Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
    try {
      Listeners listeners =
          new Listeners(vertx, Sys.host(), request -> request.response().end("here"));
      listeners.bind(List.of(new HostAddress.Unix(path)), "root");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
          .isEqualTo("rw-rw----");
      assertThat(get(path)).endsWith("here");
      listeners.close();
      assertThat(path).doesNotExist();
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().join();
    }
  }

  @Test
  void anAddressInUseIsRefusedInGosWords() throws IOException {
    Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
    try (java.net.ServerSocket taken =
        new java.net.ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
      Listeners listeners = new Listeners(vertx, Sys.host(), request -> request.response().end());
      HostAddress host = new HostAddress.Tcp("127.0.0.1", taken.getLocalPort());
      assertThatThrownBy(() -> listeners.bind(List.of(host), null))
          .isInstanceOf(StartupFailure.class)
          .hasMessage(
              "failed to load listeners: listen tcp " + host + ": bind: address already in use");
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().join();
    }
  }

  @Test
  void logLinesAreDockerds() {
    ExtLogRecord line =
        new ExtLogRecord(Level.WARNING, "say \"%s\"\n", ExtLogRecord.FormatStyle.PRINTF, "x");
    line.setParameters(new Object[] {"it"});
    assertThat(new LogFormat(false).format(line))
        .matches(
            "time=\"\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{9}(Z|[+-]\\d\\d:\\d\\d)\""
                + " level=warning msg=\"say \\\\\"it\\\\\"\\\\n\"\n");
    line.putMdc("host", "a b");
    line.putMdc("file", "/a/b.json");
    assertThat(new LogFormat(false).format(line)).endsWith(" file=/a/b.json host=\"a b\"\n");
    assertThat(new LogFormat(true).format(line))
        .startsWith("{\"file\":\"/a/b.json\",\"host\":\"a b\",\"level\":\"warning\",")
        .contains("\"msg\":\"say \\\"it\\\"\\n\",\"time\":\"20")
        .endsWith("\"}\n");
  }

  private static String get(Path path) throws IOException {
    try (java.nio.channels.SocketChannel client =
        java.nio.channels.SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      client.write(
          java.nio.ByteBuffer.wrap(
              "GET / HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n"
                  .getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
      java.nio.ByteBuffer answer = java.nio.ByteBuffer.allocate(4096);
      while (client.read(answer) >= 0) {
        // until the end
      }
      return new String(
          answer.array(), 0, answer.position(), java.nio.charset.StandardCharsets.US_ASCII);
    }
  }
}
