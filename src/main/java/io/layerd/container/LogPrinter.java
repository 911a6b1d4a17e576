package io.layerd.container;

import io.layerd.logs.LogRecord;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Gives the records a client asked for to its sink, long lines put together again. */
final class LogPrinter {
  private static final DateTimeFormatter NANOS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.nnnnnnnnn'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private final LogQuery query;
  private final FrameSink sink;
  private final String details;

  /** By stream: whether the last record left the line open. */
  private final boolean[] open = new boolean[3];

  LogPrinter(LogQuery query, FrameSink sink, String details) {
    this.query = query;
    this.sink = sink;
    this.details = details;
  }

  /**
   * @return false if this and all later records are past what was asked for
   */
  boolean print(LogRecord entry) throws IOException {
    Instant until = query.until();
    if (until != null && entry.time().isAfter(until)) {
      return false;
    }
    Instant since = query.since();
    boolean wanted = entry.stream() == 2 ? query.stderr() : query.stdout();
    if (!wanted || (since != null && entry.time().isBefore(since))) {
      return true;
    }
    ByteArrayOutputStream line = new ByteArrayOutputStream(entry.content().length + 64);
    if (!open[entry.stream()]) {
      if (query.timestamps()) {
        line.writeBytes((NANOS.format(entry.time()) + " ").getBytes(StandardCharsets.US_ASCII));
      }
      if (query.details()) {
        line.writeBytes((details + " ").getBytes(StandardCharsets.UTF_8));
      }
    }
    line.writeBytes(entry.content());
    if (!entry.partial()) {
      line.write('\n');
    }
    open[entry.stream()] = entry.partial();
    if (line.size() > 0) {
      sink.write(entry.stream(), line.toByteArray());
    }
    return true;
  }
}
