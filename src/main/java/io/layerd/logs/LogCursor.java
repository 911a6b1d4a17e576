package io.layerd.logs;

import io.layerd.logs.LogFiles.Opened;
import io.layerd.logs.RecordFormat.Streams;
import io.layerd.logs.RecordFormat.Tail;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** Reads a log over all its files, and on while it grows and is rotated. For one thread. */
public final class LogCursor implements AutoCloseable {
  private final LogFiles files;
  private final RecordFormat format;
  private final ArrayDeque<Part> parts = new ArrayDeque<>();

  /** A file and how far it was read. */
  private record Part(Opened file, RecordReader reader) {}

  private LogCursor(LogFiles files, RecordFormat format) {
    this.files = files;
    this.format = format;
  }

  /**
   * Which records are of interest, as far as that saves reading: older ones may come as well.
   *
   * @param tail lines of these streams, -1 for all
   */
  public record Range(int tail, boolean stdout, boolean stderr, @Nullable Instant since) {}

  static LogCursor open(LogFiles files, RecordFormat format, Range range) throws IOException {
    LogCursor cursor = new LogCursor(files, format);
    try {
      cursor.begin(range);
      return cursor;
    } catch (IOException | RuntimeException e) {
      cursor.close();
      throw e;
    }
  }

  private void begin(Range range) throws IOException {
    Streams streams = new Streams(range.stdout(), range.stderr());
    int wanted = range.tail();
    Opened file = files.newest();
    while (file != null) {
      long from = 0;
      if (range.tail() == 0) {
        from = file.channel().size();
      } else if (range.tail() > 0) {
        Tail tail = format.tail(file.channel(), wanted, streams);
        from = tail.offset();
        wanted -= tail.lines();
      }
      parts.addFirst(new Part(file, format.reader(file.channel(), from)));
      if (range.tail() >= 0 && wanted <= 0) {
        return;
      }
      file = files.before(file.number(), range.since());
    }
  }

  /** The next record; null at the end of what is written so far. Call again later. */
  public @Nullable LogRecord next() throws IOException {
    while (true) {
      Part part = parts.peekFirst();
      if (part == null) {
        Opened first = files.newest();
        if (first == null) {
          return null;
        }
        add(first);
        continue;
      }
      LogRecord entry = part.reader().next();
      if (entry != null) {
        return entry;
      }
      if (parts.size() == 1) {
        Opened after = files.after(part.file().number());
        if (after == null) {
          return null;
        }
        add(after);
        // Nothing more is written to a file once there is another: what came in between is read
        // now.
        entry = part.reader().next();
        if (entry != null) {
          return entry;
        }
      }
      parts.removeFirst();
      part.file().channel().close();
    }
  }

  private void add(Opened file) {
    parts.addLast(new Part(file, format.reader(file.channel(), 0)));
  }

  @Override
  public void close() throws IOException {
    while (!parts.isEmpty()) {
      parts.removeFirst().file().channel().close();
    }
  }
}
