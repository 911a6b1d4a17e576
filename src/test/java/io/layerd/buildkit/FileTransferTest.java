package io.layerd.buildkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.error.InvalidParameter;
import io.layerd.rpc.RpcException;
import io.layerd.rpc.RpcStream;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** fsutil's protocol with both ends here, and with senders that mean no good. */
@Timeout(120) // a lost wake-up is a failure, not a hang
class FileTransferTest {
  private static final int DIRECTORY = 1 << 31;
  private static final int SYMLINK = 1 << 27;

  @TempDir Path directory = Path.of("/");
  private Path from = Path.of("/");
  private Path to = Path.of("/");

  @BeforeEach
  void directories() throws IOException {
    from = Files.createDirectory(directory.resolve("from"));
    to = Files.createDirectory(directory.resolve("to"));
  }

  /** One end of a stream in memory. */
  private record End(BlockingQueue<byte[]> in, BlockingQueue<byte[]> out) implements RpcStream {
    private static final byte[] LAST = new byte[0];

    static End[] pair() {
      BlockingQueue<byte[]> one = new LinkedBlockingQueue<>();
      BlockingQueue<byte[]> other = new LinkedBlockingQueue<>();
      return new End[] {new End(one, other), new End(other, one)};
    }

    @Override
    @SuppressWarnings("ReferenceEquality")
    public byte @Nullable [] receive() throws InterruptedException {
      byte[] message = in.take();
      if (message == LAST) {
        in.add(LAST);
        return null;
      }
      return message;
    }

    @Override
    public void send(byte[] message) {
      out.add(message.clone());
    }

    @Override
    public void closeSend() {
      out.add(LAST);
    }

    @Override
    public void cancel() {
      out.add(LAST);
    }
  }

  @Test
  void filesArriveAsTheyAre() throws Exception {
    Files.writeString(from.resolve("a"), "one");
    Files.createSymbolicLink(from.resolve("l"), Path.of("../elsewhere"));
    Files.createDirectories(from.resolve("d/e"));
    Files.write(from.resolve("d/e/big"), new byte[200_000]);
    Files.createFile(from.resolve("d/empty"));
    Files.createLink(from.resolve("z"), from.resolve("a"));
    Files.setPosixFilePermissions(from.resolve("d"), PosixFilePermissions.fromString("r-xr-x---"));
    Files.setLastModifiedTime(from.resolve("d"), FileTime.from(Instant.ofEpochSecond(1000)));

    End[] ends = End.pair();
    AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    Thread sender =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    new FileSender(Sys.host(), from, ends[0]).send();
                  } catch (RpcException | InterruptedException e) {
                    failure.set(e);
                  }
                });
    long bytes = new FileReceiver(Sys.host(), to, null, ends[1], _ -> {}).receive();
    sender.join();

    assertThat(failure.get()).isNull();
    assertThat(bytes).isGreaterThan(200_000);
    assertThat(to.resolve("a")).hasContent("one");
    assertThat(Files.readSymbolicLink(to.resolve("l"))).isEqualTo(Path.of("../elsewhere"));
    assertThat(to.resolve("d/e/big")).hasSize(200_000);
    assertThat(to.resolve("d/empty")).isEmptyFile();
    assertThat(Files.getAttribute(to.resolve("z"), "unix:ino"))
        .isEqualTo(Files.getAttribute(to.resolve("a"), "unix:ino"));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(to.resolve("d"))))
        .isEqualTo("r-xr-x---");
    assertThat(Files.getLastModifiedTime(to.resolve("d")).toInstant())
        .isEqualTo(Instant.ofEpochSecond(1000));
  }

  /** Sends once more, and tells how many bytes that took. */
  private long again(Path target, Path before) throws Exception {
    End[] ends = End.pair();
    Thread sender =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    new FileSender(Sys.host(), from, ends[0]).send();
                  } catch (RpcException | InterruptedException e) {
                    throw new AssertionError(e);
                  }
                });
    Files.createDirectory(target);
    long bytes = new FileReceiver(Sys.host(), target, before, ends[1], _ -> {}).receive();
    sender.join();
    return bytes;
  }

  @Test
  void onlyWhatChangedIsSentAgain() throws Exception {
    Files.createDirectories(from.resolve("d"));
    Files.write(from.resolve("d/big"), new byte[200_000]);
    Files.writeString(from.resolve("a"), "one");
    Path first = directory.resolve("first");
    assertThat(again(first, directory.resolve("none"))).isGreaterThan(200_000);

    Files.writeString(from.resolve("a"), "two!");
    Path second = directory.resolve("second");
    assertThat(again(second, first)).isLessThan(10_000);
    assertThat(second.resolve("a")).hasContent("two!");
    assertThat(first.resolve("a")).hasContent("one");
    assertThat(second.resolve("d/big")).hasSize(200_000);

    // same size, other time
    byte[] other = new byte[200_000];
    other[0] = 1;
    Files.write(from.resolve("d/big"), other);
    Files.setLastModifiedTime(from.resolve("d/big"), FileTime.from(Instant.ofEpochSecond(5)));
    Path third = directory.resolve("third");
    assertThat(again(third, second)).isGreaterThan(200_000);
    assertThat(third.resolve("d/big")).hasBinaryContent(other);
  }

  @Test
  void aLinkOfLastTimeLeadsNowhere() throws Exception {
    Path outside = Files.createDirectories(directory.resolve("outside"));
    Files.writeString(outside.resolve("f"), "secret");
    Files.setLastModifiedTime(outside.resolve("f"), FileTime.from(Instant.ofEpochSecond(7)));
    Path before = Files.createDirectories(directory.resolve("before"));
    Files.createSymbolicLink(before.resolve("d"), outside);
    Files.createDirectories(from.resolve("d"));
    Files.writeString(from.resolve("d/f"), "public");
    Files.setLastModifiedTime(from.resolve("d/f"), FileTime.from(Instant.ofEpochSecond(7)));
    Path target = directory.resolve("target");
    assertThat(again(target, before)).isPositive();
    assertThat(target.resolve("d/f")).hasContent("public");
  }

  private static FileStat stat(String path, int mode, String link) {
    return new FileStat(path, mode, 0, 0, 0, 0, link, 0, 0, Map.of());
  }

  private void refused(FileStat... sent) {
    End[] ends = End.pair();
    for (FileStat each : sent) {
      ends[0].send(Packet.stat(each));
    }
    ends[0].send(Packet.lastStat());
    assertThatThrownBy(() -> new FileReceiver(Sys.host(), to, null, ends[1], _ -> {}).receive())
        .isInstanceOf(InvalidParameter.class);
    assertThat(directory.resolve("x")).doesNotExist();
  }

  @Test
  void namesThatLeadOutsideAreRefused() {
    refused(stat("../x", 0644, ""));
    refused(stat("/x", 0644, ""));
    refused(stat("", DIRECTORY | 0755, ""));
    refused(stat("..", DIRECTORY | 0755, ""));
    refused(stat("nowhere/x", 0644, ""));
  }

  @Test
  void nothingIsWrittenThroughLinks() {
    refused(stat("l", SYMLINK | 0777, ".."), stat("l/x", 0644, ""));
    refused(stat("h", 0644, "/etc/passwd"));
  }

  @Test
  void aPartOfTheFilesIsAnError() {
    End[] ends = End.pair();
    ends[0].send(Packet.stat(stat("a", 0644, "")));
    ends[0].closeSend();
    assertThatThrownBy(() -> new FileReceiver(Sys.host(), to, null, ends[1], _ -> {}).receive())
        .isInstanceOf(RpcException.class);
  }
}
