package io.layerd.container;

import io.layerd.error.Conflict;
import io.layerd.error.InvalidParameter;
import io.layerd.error.NotImplemented;
import io.layerd.runtime.ContainerRuntime.RunningProcess;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads a container's log for a client. */
final class ContainerLogs {
  private static final long SHORTEST_WAIT_MILLIS = 10;
  private static final long LONGEST_WAIT_MILLIS = 100;

  void logs(Container container, LogQuery query, FrameSink sink)
      throws IOException, InterruptedException {
    if (!query.stdout() && !query.stderr()) {
      throw new InvalidParameter("Bad parameters: you must choose at least one stream");
    }
    if (container.state.removing() || container.state.dead()) {
      throw new Conflict("can not get logs from container which is dead or marked for removal");
    }
    if (container.host.logConfig().type().equals("none")) {
      throw new NotImplemented("configured logging driver does not support reading");
    }
    sink.open(container.config.tty());
    // The run that is followed: a restart begins another.
    RunningProcess run = container.process;
    if (!container.logPath.isEmpty() && Files.exists(Path.of(container.logPath))) {
      read(container, run, query, sink);
    }
  }

  /** What was logged so far, for a client that attaches. */
  void replay(Container container, LogQuery query, FrameSink sink)
      throws IOException, InterruptedException {
    if (!container.logPath.isEmpty() && Files.exists(Path.of(container.logPath))) {
      read(container, null, query, sink);
    }
  }

  private static void read(
      Container container, @Nullable RunningProcess run, LogQuery query, FrameSink sink)
      throws IOException, InterruptedException {
    LogPrinter printer = new LogPrinter(query, sink, details(container));
    try (FileChannel channel =
        FileChannel.open(Path.of(container.logPath), StandardOpenOption.READ)) {
      long from =
          query.tail() < 0
              ? 0
              : LogTail.offset(channel, query.tail(), query.stdout(), query.stderr());
      LogFileReader reader = new LogFileReader(channel, from);
      long wait = SHORTEST_WAIT_MILLIS;
      while (true) {
        // Asked before reading: once it has ended, one more reading finds everything.
        boolean last = !query.follow() || run == null || container.process != run;
        Instant until = query.until();
        last |= until != null && Instant.now().isAfter(until);
        boolean some = false;
        for (LogRecord entry = reader.next(); entry != null; entry = reader.next()) {
          some = true;
          if (!printer.print(entry)) {
            return;
          }
        }
        if (last) {
          return;
        }
        wait = some ? SHORTEST_WAIT_MILLIS : Math.min(wait * 2, LONGEST_WAIT_MILLIS);
        Thread.sleep(wait);
      }
    }
  }

  /** The labels and variables that the log options name, {@code a=b,c=d}. */
  private static String details(Container container) {
    Map<String, String> options = container.host.logConfig().config();
    if (options == null || options.isEmpty()) {
      return "";
    }
    List<String> shown = new ArrayList<>();
    Map<String, String> labels = container.config.labels();
    for (String name : options.getOrDefault("labels", "").split(",", -1)) {
      if (labels != null && labels.containsKey(name)) {
        shown.add(name + "=" + labels.get(name));
      }
    }
    List<String> env = container.config.env();
    for (String name : options.getOrDefault("env", "").split(",", -1)) {
      for (String variable : env == null ? List.<String>of() : env) {
        if (!name.isEmpty() && variable.startsWith(name + "=")) {
          shown.add(variable);
        }
      }
    }
    return String.join(",", shown);
  }
}
