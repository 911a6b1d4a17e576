package io.layerd.container;

import io.layerd.error.Conflict;
import io.layerd.error.InvalidParameter;
import io.layerd.error.NotImplemented;
import io.layerd.logs.LogCursor.Range;
import io.layerd.logs.LogRecord;
import io.layerd.logs.LogView;
import io.layerd.runtime.ContainerRuntime.RunningProcess;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads a container's log for a client. */
final class ContainerLogs {
  /** Only a deadline of the query's own passes without the log's news. */
  private static final long LONGEST_WAIT_MILLIS = 250;

  private final Rooms rooms;

  ContainerLogs(Rooms rooms) {
    this.rooms = rooms;
  }

  void logs(Container container, LogQuery query, FrameSink sink)
      throws IOException, InterruptedException {
    if (!query.stdout() && !query.stderr()) {
      throw new InvalidParameter("Bad parameters: you must choose at least one stream");
    }
    if (container.state.removing() || container.state.dead()) {
      throw new Conflict("can not get logs from container which is dead or marked for removal");
    }
    if (!Logs.settings(container).readable()) {
      throw new NotImplemented("configured logging driver does not support reading");
    }
    sink.open(container.config.tty());
    // The run that is followed: a restart begins another.
    read(container, container.process, query, sink);
  }

  /** What was logged so far, for a client that attaches. */
  void replay(Container container, LogQuery query, FrameSink sink)
      throws IOException, InterruptedException {
    read(container, null, query, sink);
  }

  private void read(
      Container container, @Nullable RunningProcess run, LogQuery query, FrameSink sink)
      throws IOException, InterruptedException {
    LogPrinter printer = new LogPrinter(query, sink, details(container));
    Range range = new Range(query.tail(), query.stdout(), query.stderr(), query.since());
    try (LogView log = rooms.logs().view(container, range)) {
      if (log == null) {
        return;
      }
      while (true) {
        // Asked before reading: once it has ended, one more reading finds everything.
        long seen = log.changes();
        boolean last = !query.follow() || run == null || container.process != run || log.ended();
        Instant until = query.until();
        last |= until != null && Instant.now().isAfter(until);
        for (LogRecord entry = log.next(); entry != null; entry = log.next()) {
          if (!printer.print(entry)) {
            return;
          }
        }
        if (last) {
          return;
        }
        log.await(seen, LONGEST_WAIT_MILLIS);
      }
    }
  }

  /** What {@code --details} shows before each line: the attributes, {@code a=b,c=d}. */
  private static String details(Container container) {
    return Logs.settings(container).attributes().entrySet().stream()
        .map(attribute -> quoted(attribute.getKey()) + "=" + quoted(attribute.getValue()))
        .collect(Collectors.joining(","));
  }

  private static String quoted(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
