package io.layerd.logs;

import io.layerd.sys.ErrnoException;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * What the monitor writes, whether there is a daemon or not. The monitor only ever appends; the
 * blocks of what was read are given back, so that the file stays small.
 */
final class Spool implements AutoCloseable {
  private static final long HOLE_BYTES = 1 << 20;
  private static final long BLOCK_BYTES = 4096;

  private final Sys sys;
  private final Path path;
  private final FileChannel channel;
  private final LineReader reader;
  private long hole;
  private boolean holes = true;

  Spool(Sys sys, Path path, long from) throws IOException {
    this.sys = sys;
    this.path = path;
    channel = FileChannel.open(path, StandardOpenOption.READ);
    reader = new LineReader(channel, from, MonitorLine::parse);
    hole = from / BLOCK_BYTES * BLOCK_BYTES;
  }

  @Nullable LogRecord next() throws IOException {
    return reader.next();
  }

  long consumed() {
    return reader.consumed();
  }

  long size() throws IOException {
    return channel.size();
  }

  /** Passes over all there is. */
  void skip() throws IOException {
    while (reader.next() != null) {
      // to the end
    }
  }

  /** What is consumed is not needed any more. */
  void release() throws IOException {
    long until = reader.consumed() / BLOCK_BYTES * BLOCK_BYTES;
    if (!holes || until - hole < HOLE_BYTES) {
      return;
    }
    try {
      int fd =
          sys.openat(
              Sys.AT_FDCWD, path.toString().getBytes(StandardCharsets.UTF_8), Sys.O_WRONLY, 0);
      try {
        holes = sys.punchHole(fd, hole, until - hole);
      } finally {
        sys.close(fd);
      }
      hole = until;
    } catch (ErrnoException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
