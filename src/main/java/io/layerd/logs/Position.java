package io.layerd.logs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Set;

/**
 * How far a spool was brought to its log, in the file {@code ctr.log.position}: format 1, the
 * offset in the spool, the size of the log file when that much had been written to it, and for both
 * streams the line that is not ended yet (seconds, nanoseconds, length, bytes). One write replaces
 * all; numbers are big endian.
 */
final class Position implements AutoCloseable {
  private static final int VERSION = 1;
  private static final int MOST_BYTES = 2 * LineAssembler.MOST_BYTES + 128;
  private static final int PRIVATE_HEAD = 4 + 8 + 8;

  private final FileChannel channel;

  private Position(FileChannel channel) {
    this.channel = channel;
  }

  static Position open(Path file) throws IOException {
    return new Position(
        FileChannel.open(
            file,
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))));
  }

  /**
   * @param spool how much of the spool is in the log
   * @param log the size of the log's newest file then; -1 if nothing was written down yet
   */
  record Reached(long spool, long log) {}

  Reached read(LineAssembler lines) throws IOException {
    ByteBuffer all = ByteBuffer.allocate(MOST_BYTES);
    while (all.hasRemaining() && channel.read(all, all.position()) > 0) {
      // until it is full or all is read
    }
    all.flip();
    if (all.remaining() < PRIVATE_HEAD || all.getInt() != VERSION) {
      return new Reached(0, -1);
    }
    Reached reached = new Reached(all.getLong(), all.getLong());
    for (int stream = LogRecord.STDOUT;
        stream <= LogRecord.STDERR && all.remaining() >= 16;
        stream++) {
      Instant time = Instant.ofEpochSecond(all.getLong(), all.getInt());
      int length = all.getInt();
      if (length < 0 || length > all.remaining()) {
        break;
      }
      byte[] content = new byte[length];
      all.get(content);
      lines.restore(stream, time, content);
    }
    return reached;
  }

  void write(Reached reached, LineAssembler lines) throws IOException {
    Bytes all = new Bytes(64);
    all.int32(VERSION);
    int64(reached.spool(), all);
    int64(reached.log(), all);
    for (int stream = LogRecord.STDOUT; stream <= LogRecord.STDERR; stream++) {
      int64(lines.time(stream).getEpochSecond(), all);
      all.int32(lines.time(stream).getNano());
      all.int32(lines.open(stream).length);
      all.writeBytes(lines.open(stream));
    }
    ByteBuffer bytes = all.view();
    while (bytes.hasRemaining()) {
      channel.write(bytes, bytes.position());
    }
  }

  private static void int64(long value, Bytes to) {
    to.int32((int) (value >>> 32));
    to.int32((int) value);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
