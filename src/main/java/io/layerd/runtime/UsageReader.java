package io.layerd.runtime;

import io.layerd.runtime.ContainerUsage.BlockIo;
import io.layerd.runtime.ContainerUsage.Cpu;
import io.layerd.runtime.ContainerUsage.Entry;
import io.layerd.runtime.ContainerUsage.Memory;
import io.layerd.runtime.ContainerUsage.Network;
import io.layerd.runtime.ContainerUsage.Pids;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads the counters of a control group, version 1, 2 or hybrid. A file that is missing counts as
 * zero: not every kernel has every controller. Kernel documentation, cgroup-v1 and cgroup-v2.rst.
 */
final class UsageReader {
  /** Clock ticks of 10 ms, the USER_HZ of every architecture layerd runs on. */
  private static final long NANOS_PER_TICK = 10_000_000;

  /** user, nice, system, idle, iowait, irq, softirq. */
  private static final int SYSTEM_FIELDS = 7;

  private final Cgroups cgroups;
  private final Path proc;

  UsageReader(Cgroups cgroups, Path proc) {
    this.cgroups = cgroups;
    this.proc = proc;
  }

  /**
   * @param pid a process in the container's network namespace; null leaves networks out
   */
  ContainerUsage read(String cgroupsPath, @Nullable Integer pid) {
    boolean unified = cgroups.unified();
    return new ContainerUsage(
        Instant.now(),
        unified ? cpu2(group(cgroupsPath, "cpu")) : cpu1(cgroupsPath),
        unified ? memory2(group(cgroupsPath, "memory")) : memory1(group(cgroupsPath, "memory")),
        pids(group(cgroupsPath, "pids")),
        unified ? io2(group(cgroupsPath, "blkio")) : io1(group(cgroupsPath, "blkio")),
        pid == null ? Map.of() : networks(pid));
  }

  private @Nullable Path group(String cgroupsPath, String controller) {
    return cgroups.group(controller, cgroupsPath);
  }

  private Cpu cpu1(String cgroupsPath) {
    Path accounting = group(cgroupsPath, "cpuacct");
    List<Long> perCpu = new ArrayList<>();
    for (String word : text(accounting, "cpuacct.usage_percpu").strip().split("\\s+")) {
      if (!word.isEmpty()) {
        perCpu.add(parse(word));
      }
    }
    Map<String, Long> ticks = pairs(text(accounting, "cpuacct.stat"));
    Map<String, Long> throttling = pairs(text(group(cgroupsPath, "cpu"), "cpu.stat"));
    return new Cpu(
        number(accounting, "cpuacct.usage"),
        perCpu,
        ticks.getOrDefault("system", 0L) * NANOS_PER_TICK,
        ticks.getOrDefault("user", 0L) * NANOS_PER_TICK,
        systemNanos(),
        online(),
        throttling.getOrDefault("nr_periods", 0L),
        throttling.getOrDefault("nr_throttled", 0L),
        throttling.getOrDefault("throttled_time", 0L));
  }

  private Cpu cpu2(@Nullable Path group) {
    Map<String, Long> stat = pairs(text(group, "cpu.stat"));
    return new Cpu(
        1000 * stat.getOrDefault("usage_usec", 0L),
        List.of(),
        1000 * stat.getOrDefault("system_usec", 0L),
        1000 * stat.getOrDefault("user_usec", 0L),
        systemNanos(),
        online(),
        stat.getOrDefault("nr_periods", 0L),
        stat.getOrDefault("nr_throttled", 0L),
        1000 * stat.getOrDefault("throttled_usec", 0L));
  }

  private long systemNanos() {
    String[] words = text(proc, "stat").split("\n", 2)[0].strip().split("\\s+");
    long ticks = 0;
    for (int i = 1; i <= SYSTEM_FIELDS && i < words.length; i++) {
      ticks += parse(words[i]);
    }
    return ticks * NANOS_PER_TICK;
  }

  private int online() {
    int count = 0;
    for (String line : text(proc, "stat").split("\n")) {
      count += line.matches("cpu[0-9]+ .*") ? 1 : 0;
    }
    return count;
  }

  private Memory memory1(@Nullable Path group) {
    return new Memory(
        number(group, "memory.usage_in_bytes"),
        number(group, "memory.max_usage_in_bytes"),
        number(group, "memory.failcnt"),
        limit(number(group, "memory.limit_in_bytes")),
        pairs(text(group, "memory.stat")));
  }

  private Memory memory2(@Nullable Path group) {
    long limit = number(group, "memory.max");
    return new Memory(
        number(group, "memory.current"),
        0,
        0,
        limit(limit == 0 ? Long.MAX_VALUE : limit),
        pairs(text(group, "memory.stat")));
  }

  /** Above the host's memory there is no limit. */
  private long limit(long limitBytes) {
    for (String line : text(proc, "meminfo").split("\n")) {
      if (line.startsWith("MemTotal:")) {
        return Math.min(limitBytes, 1024 * parse(line.replaceAll("[^0-9]", "")));
      }
    }
    return limitBytes;
  }

  private static Pids pids(@Nullable Path group) {
    return new Pids(number(group, "pids.current"), number(group, "pids.max"));
  }

  private static BlockIo io1(@Nullable Path group) {
    return new BlockIo(
        entries1(text(group, "blkio.throttle.io_service_bytes_recursive")),
        entries1(text(group, "blkio.throttle.io_serviced_recursive")),
        false);
  }

  // "8:0 Read 4096", and a last line "Total 4096"
  private static List<Entry> entries1(String text) {
    List<Entry> entries = new ArrayList<>();
    for (String line : text.split("\n")) {
      String[] words = line.strip().split("[ :]");
      if (words.length == 4) {
        entries.add(new Entry(parse(words[0]), parse(words[1]), words[2], parse(words[3])));
      }
    }
    return entries;
  }

  // "8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6"
  private static BlockIo io2(@Nullable Path group) {
    List<Entry> bytes = new ArrayList<>();
    List<Entry> operations = new ArrayList<>();
    for (String line : text(group, "io.stat").split("\n")) {
      String[] words = line.strip().split("[ :]");
      for (int i = 2; i < words.length; i++) {
        String[] pair = words[i].split("=", 2);
        String name = pair[0].startsWith("r") ? "read" : pair[0].startsWith("w") ? "write" : "";
        if (pair.length == 2 && !name.isEmpty()) {
          (pair[0].endsWith("bytes") ? bytes : operations)
              .add(new Entry(parse(words[0]), parse(words[1]), name, parse(pair[1])));
        }
      }
    }
    return new BlockIo(bytes, operations, true);
  }

  private Map<String, Network> networks(int pid) {
    Map<String, Network> networks = new TreeMap<>();
    for (String line : text(proc.resolve(String.valueOf(pid)), "net/dev").split("\n")) {
      int colon = line.indexOf(':');
      String name = colon < 0 ? "lo" : line.substring(0, colon).strip();
      if (!name.equals("lo")) {
        String[] n = line.substring(colon + 1).strip().split("\\s+");
        if (n.length >= 12) {
          networks.put(
              name,
              new Network(
                  parse(n[0]),
                  parse(n[1]),
                  parse(n[2]),
                  parse(n[3]),
                  parse(n[8]),
                  parse(n[9]),
                  parse(n[10]),
                  parse(n[11])));
        }
      }
    }
    return networks;
  }

  /** Lines of a name and a number. */
  private static Map<String, Long> pairs(String text) {
    Map<String, Long> pairs = new TreeMap<>();
    for (String line : text.split("\n")) {
      int space = line.indexOf(' ');
      if (space > 0) {
        pairs.put(line.substring(0, space), parse(line.substring(space + 1).strip()));
      }
    }
    return pairs;
  }

  private static long number(@Nullable Path group, String file) {
    return parse(text(group, file).strip());
  }

  /** 0 for {@code max} and for what is no number. */
  private static long parse(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  private static String text(@Nullable Path directory, String file) {
    if (directory == null) {
      return "";
    }
    try {
      return Files.readString(directory.resolve(file));
    } catch (IOException e) {
      return "";
    }
  }
}
