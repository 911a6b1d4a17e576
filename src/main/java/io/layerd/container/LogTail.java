package io.layerd.container;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** Finds where the last lines of a log file begin, reading it from its end. */
final class LogTail {
  private static final int BLOCK_BYTES = 64 << 10;

  private final FileChannel channel;
  private final boolean stdout;
  private final boolean stderr;

  private LogTail(FileChannel channel, boolean stdout, boolean stderr) {
    this.channel = channel;
    this.stdout = stdout;
    this.stderr = stderr;
  }

  /** The offset of the first of the last so many lines of the chosen streams. */
  static long offset(FileChannel channel, int lines, boolean stdout, boolean stderr)
      throws IOException {
    return lines == 0 ? channel.size() : new LogTail(channel, stdout, stderr).find(lines);
  }

  private long find(int lines) throws IOException {
    int complete = 0;
    boolean open = true;
    long lineEnd = -1;
    long blockEnd = channel.size();
    while (blockEnd > 0) {
      long blockStart = Math.max(0, blockEnd - BLOCK_BYTES);
      byte[] block = read(blockStart, (int) (blockEnd - blockStart));
      for (int i = block.length - 1; i >= -1; i--) {
        boolean fileStart = i == -1 && blockStart == 0;
        if (!fileStart && (i == -1 || block[i] != '\n')) {
          continue;
        }
        long boundary = blockStart + i;
        if (lineEnd >= 0) {
          LogRecord entry = recordAt(boundary + 1, lineEnd);
          if (entry != null && wanted(entry)) {
            // What comes last without a newline is a line, too.
            if (!entry.partial() || open) {
              if (complete == lines && !entry.partial()) {
                return lineEnd + 1;
              }
              complete++;
            }
            open = false;
          }
        }
        lineEnd = boundary;
      }
      blockEnd = blockStart;
    }
    return 0;
  }

  private boolean wanted(LogRecord entry) {
    return entry.stream() == 2 ? stderr : stdout;
  }

  private @org.jspecify.annotations.Nullable LogRecord recordAt(long from, long to)
      throws IOException {
    long size = to - from;
    if (size <= 0 || size > LogFileReader.MOST_LINE_BYTES) {
      return null;
    }
    byte[] line = read(from, (int) size);
    return LogRecord.parse(line, 0, line.length);
  }

  private byte[] read(long from, int size) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(size);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, from + buffer.position()) < 0) {
        throw new IOException("the log was cut short while it was read");
      }
    }
    return buffer.array();
  }
}
