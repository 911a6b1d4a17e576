package io.layerd.container;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;

/**
 * Reads whole lines of a log file that may still grow. Memory is bounded: a line longer than {@link
 * #MOST_LINE_BYTES} is skipped.
 */
final class LogFileReader {
  static final int MOST_LINE_BYTES = 1 << 20;
  private static final int FIRST_BUFFER_BYTES = 64 << 10;

  private final FileChannel channel;
  private byte[] buffer = new byte[FIRST_BUFFER_BYTES];
  private int start;
  private int end;

  /** Up to here there is no newline. */
  private int searched;

  private long position;
  private boolean skipping;

  LogFileReader(FileChannel channel, long position) {
    this.channel = channel;
    this.position = position;
  }

  /** The next readable record; null at the end of what is written so far. Call again later. */
  @Nullable LogRecord next() throws IOException {
    while (true) {
      int newline = newline();
      if (newline < 0) {
        if (!fill()) {
          return null;
        }
        continue;
      }
      int from = start;
      start = newline + 1;
      searched = start;
      if (skipping) {
        skipping = false;
        continue;
      }
      LogRecord entry = LogRecord.parse(buffer, from, newline);
      if (entry != null) {
        return entry;
      }
    }
  }

  private int newline() {
    for (int i = searched; i < end; i++) {
      if (buffer[i] == '\n') {
        return i;
      }
    }
    searched = end;
    return -1;
  }

  private boolean fill() throws IOException {
    if (start > 0) {
      System.arraycopy(buffer, start, buffer, 0, end - start);
      end -= start;
      searched -= start;
      start = 0;
    }
    if (end == buffer.length) {
      if (buffer.length >= MOST_LINE_BYTES) {
        skipping = true;
        end = 0;
        searched = 0;
      } else {
        buffer = java.util.Arrays.copyOf(buffer, buffer.length * 2);
      }
    }
    int read = channel.read(ByteBuffer.wrap(buffer, end, buffer.length - end), position);
    if (read <= 0) {
      return false;
    }
    position += read;
    end += read;
    return true;
  }
}
