package io.layerd.logs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;

/**
 * Reads whole lines of a log file that may still grow. Memory is bounded: a line longer than {@link
 * #MOST_LINE_BYTES} is skipped.
 */
final class LineReader implements RecordReader {
  static final int MOST_LINE_BYTES = 1 << 20;
  private static final int FIRST_BUFFER_BYTES = 64 << 10;

  private final FileChannel channel;
  private final Parser parser;
  private byte[] buffer = new byte[FIRST_BUFFER_BYTES];
  private int start;
  private int end;

  /** Up to here there is no newline. */
  private int searched;

  private long position;
  private boolean skipping;

  /** Makes a record of a line, or null. */
  interface Parser {
    @Nullable LogRecord parse(byte[] line, int from, int to);
  }

  LineReader(FileChannel channel, long position, Parser parser) {
    this.channel = channel;
    this.parser = parser;
    this.position = position;
  }

  @Override
  public @Nullable LogRecord next() throws IOException {
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
      LogRecord entry = parser.parse(buffer, from, newline);
      if (entry != null) {
        return entry;
      }
    }
  }

  /** Where the line after the last record begins. */
  long consumed() {
    return position - (end - start);
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
