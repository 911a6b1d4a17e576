package io.layerd.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.layerd.metrics.Metrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessGaugesTest {
  @TempDir Path proc;

  @Test
  void readsWhatTheKernelWrites() throws IOException {
    Files.createDirectories(proc.resolve("self/fd"));
    Files.createFile(proc.resolve("self/fd/0"));
    Files.createFile(proc.resolve("self/fd/1"));
    Files.writeString(
        proc.resolve("self/stat"),
        "42 (odd) name) S 1 42 42 0 -1 4194304 900 0 3 0 250 150 0 0 20 0 31 0 5000 4096000 1000 18");
    Files.writeString(proc.resolve("self/status"), "Name:\tx\nVmHWM:\t 99 kB\nVmRSS:\t    12 kB\n");
    Files.writeString(
        proc.resolve("self/limits"),
        "Limit                     Soft Limit           Hard Limit           Units\n"
            + "Max open files            1024                 20000                files\n");
    Files.writeString(proc.resolve("stat"), "cpu 1 2 3\nbtime 1700000000\n");
    Metrics metrics = new Metrics();
    new ProcessGauges(proc).add(metrics);
    assertThat(metrics.text().lines())
        .contains(
            "process_cpu_seconds_total 4",
            "process_threads 31",
            "process_start_time_seconds 1700000050",
            "process_virtual_memory_bytes 4096000",
            "process_resident_memory_bytes 12288",
            "process_open_fds 2",
            "process_max_fds 1024");
  }

  @Test
  void thisProcessMakesSense() {
    Metrics metrics = new Metrics();
    new ProcessGauges().add(metrics);
    String text = metrics.text();
    assertThat(value(text, "process_resident_memory_bytes")).isBetween(1e6, 1e11);
    assertThat(value(text, "process_threads")).isBetween(5.0, 10_000.0);
    assertThat(value(text, "process_open_fds")).isPositive();
    Instant started = ProcessHandle.current().info().startInstant().orElseThrow();
    Instant told = Instant.ofEpochSecond((long) value(text, "process_start_time_seconds"));
    assertThat(Duration.between(started, told).abs()).isLessThan(Duration.ofSeconds(3));
  }

  private static double value(String text, String name) {
    return text.lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
        .findFirst()
        .orElseThrow();
  }
}
