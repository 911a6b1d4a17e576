package io.layerd.daemon;

import io.layerd.metrics.Label;
import io.layerd.metrics.Metrics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** This process, under the names every Prometheus client gives them: proc(5). */
final class ProcessGauges {
  /** USER_HZ, which is 100 wherever Linux runs. */
  private static final double TICKS_PER_SECOND = 100;

  private static final Pattern BOOT = Pattern.compile("(?m)^btime (\\d+)$");
  private static final Pattern RESIDENT = Pattern.compile("(?m)^VmRSS:\\s+(\\d+) kB$");
  private static final Pattern MOST_FILES = Pattern.compile("(?m)^Max open files +(\\d+)");

  private final Path proc;

  ProcessGauges() {
    this(Path.of("/proc"));
  }

  ProcessGauges(Path proc) {
    this.proc = proc;
  }

  void add(Metrics metrics) {
    metrics.sum(
        "process_cpu_seconds_total",
        "Total user and system CPU time spent in seconds",
        () -> (stat(13) + stat(14)) / TICKS_PER_SECOND);
    metrics.gauge("process_threads", "Threads of the process", () -> stat(19));
    metrics.gauge(
        "process_start_time_seconds",
        "Start time of the process since unix epoch in seconds",
        () -> number(BOOT, read("stat")) + stat(21) / TICKS_PER_SECOND);
    metrics.gauge("process_virtual_memory_bytes", "Virtual memory size in bytes", () -> stat(22));
    metrics.gauge(
        "process_resident_memory_bytes",
        "Resident memory size in bytes",
        () -> number(RESIDENT, read("self/status")) * 1024);
    metrics.gauge("process_open_fds", "Number of open file descriptors", () -> entries("self/fd"));
    metrics.gauge(
        "process_max_fds",
        "Maximum number of open file descriptors",
        () -> number(MOST_FILES, read("self/limits")));
    heap(metrics);
  }

  private static void heap(Metrics metrics) {
    String name = "layerd_heap_bytes";
    String help = "The Java heap: in use, taken from the system, and the most it may take";
    Runtime runtime = Runtime.getRuntime();
    metrics.gauge(
        name, help, () -> runtime.totalMemory() - runtime.freeMemory(), new Label("area", "used"));
    metrics.gauge(name, help, runtime::totalMemory, new Label("area", "committed"));
    metrics.gauge(name, help, runtime::maxMemory, new Label("area", "max"));
  }

  /** A number of {@code /proc/self/stat}, counted from 0; the name before them may hold spaces. */
  private double stat(int field) {
    String text = read("self/stat");
    String[] fields = text.substring(text.lastIndexOf(')') + 1).strip().split(" ", -1);
    int index = field - 2;
    return index < fields.length ? Double.parseDouble(fields[index]) : 0;
  }

  private static double number(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    return matcher.find() ? Double.parseDouble(matcher.group(1)) : 0;
  }

  private int entries(String directory) {
    int count = 0;
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(proc.resolve(directory))) {
      for (Path _ : entries) {
        count++;
      }
    } catch (IOException e) {
      return 0;
    }
    return count;
  }

  private String read(String file) {
    try {
      return new String(Files.readAllBytes(proc.resolve(file)), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "";
    }
  }
}
