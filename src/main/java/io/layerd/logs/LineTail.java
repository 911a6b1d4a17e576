package io.layerd.logs;

import io.layerd.logs.RecordFormat.Streams;
import io.layerd.logs.RecordFormat.Tail;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;

/** Finds where the last lines of a log file begin, reading it from its end. */
final class LineTail {
  private static final int BLOCK_BYTES = 64 << 10;

  private final FileChannel channel;
  private final Streams streams;
  private final LineReader.Parser parser;

  LineTail(FileChannel channel, Streams streams, LineReader.Parser parser) {
    this.channel = channel;
    this.streams = streams;
    this.parser = parser;
  }

  Tail find(int lines) throws IOException {
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
          if (entry != null && streams.has(entry)) {
            // What comes last without a newline is a line, too.
            if (!entry.partial() || open) {
              if (complete == lines && !entry.partial()) {
                return new Tail(lineEnd + 1, lines);
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
    return new Tail(0, complete);
  }

  private @Nullable LogRecord recordAt(long from, long to) throws IOException {
    long size = to - from;
    if (size <= 0 || size > LineReader.MOST_LINE_BYTES) {
      return null;
    }
    byte[] line = read(from, (int) size);
    return parser.parse(line, 0, line.length);
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
