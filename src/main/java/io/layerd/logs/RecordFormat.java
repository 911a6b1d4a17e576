package io.layerd.logs;

import java.io.IOException;
import java.nio.channels.FileChannel;

/** How records are written one after another in a file. */
interface RecordFormat {
  void encode(LogRecord entry, Bytes to);

  /** Reads records from an offset at which one begins. */
  RecordReader reader(FileChannel channel, long from);

  /**
   * Where the last so many lines of some streams begin.
   *
   * @param lines at least 1
   */
  Tail tail(FileChannel channel, int lines, Streams streams) throws IOException;

  /**
   * The last lines of a file.
   *
   * @param offset where the first of them begins, 0 if there are fewer
   * @param lines how many there are from there on, at most as many as were asked for
   */
  record Tail(long offset, int lines) {}

  /** Which streams are looked at. */
  record Streams(boolean stdout, boolean stderr) {
    boolean has(LogRecord entry) {
      return entry.stream() == LogRecord.STDERR ? stderr : stdout;
    }
  }
}
