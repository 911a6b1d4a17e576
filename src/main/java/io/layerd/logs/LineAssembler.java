package io.layerd.logs;

import java.time.Instant;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Puts the pieces in which a line was read from the container together again, as dockerd does: a
 * line comes whole, or in partial records of 16 KiB if it is longer.
 */
final class LineAssembler {
  static final int MOST_BYTES = 16 * 1024;

  private final byte[][] open = {new byte[0], new byte[0], new byte[0]};
  private final Instant[] times = {Instant.EPOCH, Instant.EPOCH, Instant.EPOCH};
  private final Consumer<LogRecord> next;

  LineAssembler(Consumer<LogRecord> next) {
    this.next = next;
  }

  void add(LogRecord piece) {
    int stream = piece.stream();
    byte[] before = open[stream];
    byte[] all = piece.content();
    if (before.length > 0) {
      all = Arrays.copyOf(before, before.length + piece.content().length);
      System.arraycopy(piece.content(), 0, all, before.length, piece.content().length);
    }
    int from = 0;
    while (all.length - from >= MOST_BYTES) {
      next.accept(
          new LogRecord(
              piece.time(), stream, true, Arrays.copyOfRange(all, from, from + MOST_BYTES)));
      from += MOST_BYTES;
    }
    byte[] rest = from == 0 ? all : Arrays.copyOfRange(all, from, all.length);
    if (piece.partial()) {
      open[stream] = rest;
      times[stream] = piece.time();
    } else {
      open[stream] = new byte[0];
      next.accept(new LogRecord(piece.time(), stream, false, rest));
    }
  }

  /** No more comes: what is open is all there is of its line. */
  void end() {
    for (int stream = LogRecord.STDOUT; stream <= LogRecord.STDERR; stream++) {
      if (open[stream].length > 0) {
        next.accept(new LogRecord(times[stream], stream, true, open[stream]));
        open[stream] = new byte[0];
      }
    }
  }

  byte[] open(int stream) {
    return open[stream];
  }

  Instant time(int stream) {
    return times[stream];
  }

  void restore(int stream, Instant time, byte[] content) {
    open[stream] = content;
    times[stream] = time;
  }
}
