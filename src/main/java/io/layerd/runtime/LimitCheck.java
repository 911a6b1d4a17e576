package io.layerd.runtime;

import io.layerd.error.InvalidParameter;
import io.layerd.spec.HostConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Memory, CPU, pids and block I/O limits: refused, discarded with a warning, or completed. */
final class LimitCheck {
  private static final long MIN_MEMORY_BYTES = 6L << 20;
  private static final long NANOS_PER_CPU = 1_000_000_000;
  private static final String NOT_MOUNTED = " or the cgroup is not mounted. ";

  private final Cgroups cgroups;
  private final HostConfig host;
  private final Map<String, @Nullable Object> changes;
  private final List<String> warnings;

  LimitCheck(
      Cgroups cgroups,
      HostConfig host,
      Map<String, @Nullable Object> changes,
      List<String> warnings) {
    this.cgroups = cgroups;
    this.host = host;
    this.changes = changes;
    this.warnings = warnings;
  }

  void check() {
    memory();
    swappiness();
    oomKiller();
    pids();
    cpu();
    cpuset("CPUs", "cpus", host.cpusetCpus(), "/sys/devices/system/cpu/online");
    cpuset("memory nodes", "mems", host.cpusetMems(), "/sys/devices/system/node/online");
    blockIo();
  }

  private void memory() {
    long memory = host.memory();
    long swap = host.memorySwap();
    long reservation = host.memoryReservation();
    if (memory != 0 && memory < MIN_MEMORY_BYTES) {
      throw new InvalidParameter("Minimum memory limit allowed is 6MB");
    }
    if (memory > 0 && swap > 0 && swap < memory) {
      throw new InvalidParameter(
          "Minimum memoryswap limit should be larger than memory limit, see usage");
    }
    if (memory == 0 && swap > 0) {
      throw new InvalidParameter(
          "You should always set the Memory limit when using Memoryswap limit, see usage");
    }
    if (reservation != 0 && reservation < MIN_MEMORY_BYTES) {
      throw new InvalidParameter("Minimum memory reservation allowed is 6MB");
    }
    if (memory > 0 && reservation > 0 && memory < reservation) {
      throw new InvalidParameter(
          "Minimum memory limit can not be less than memory reservation limit, see usage");
    }
    boolean supported = cgroups.hasController("memory");
    if (!supported && memory > 0) {
      discard("memory limit capabilities", "Limitation discarded.", "Memory", 0L);
      changes.put("MemorySwap", -1L);
      return;
    }
    if (!supported && reservation > 0) {
      discard("memory soft limit capabilities", "Limitation discarded.", "MemoryReservation", 0L);
    }
    if (memory > 0 && !hasSwapLimit() && swap != -1) {
      discard("swap limit capabilities", "Memory limited without swap.", "MemorySwap", -1L);
    } else if (memory > 0 && swap == 0) {
      changes.put("MemorySwap", memory * 2);
    }
  }

  private boolean hasSwapLimit() {
    return cgroups.has(
        "memory", cgroups.unified() ? "memory.swap.max" : "memory.memsw.limit_in_bytes");
  }

  private void swappiness() {
    Long swappiness = host.memorySwappiness();
    if (swappiness == null) {
      return;
    }
    if (swappiness == -1) {
      changes.put("MemorySwappiness", null);
    } else if (swappiness < 0 || swappiness > 100) {
      throw new InvalidParameter(
          "Invalid value: " + swappiness + ", valid memory swappiness range is 0-100");
    } else if (cgroups.unified()) {
      discard(
          "memory swappiness capabilities",
          "Memory swappiness discarded.",
          "MemorySwappiness",
          null);
    }
  }

  private void oomKiller() {
    boolean disable = Boolean.TRUE.equals(host.oomKillDisable());
    if (cgroups.unified()) {
      if (disable) {
        warnings.add("Your kernel does not support OomKillDisable. OomKillDisable discarded.");
      }
      changes.put("OomKillDisable", null);
      return;
    }
    if (disable && host.memory() == 0) {
      warnings.add(
          "OOM killer is disabled for the container, but no memory limit is set, this can result"
              + " in the system running out of resources.");
    }
    changes.put("OomKillDisable", disable);
  }

  private void pids() {
    Long limit = host.pidsLimit();
    if (limit == null) {
      return;
    }
    if (limit <= 0) {
      changes.put("PidsLimit", null);
    } else if (!cgroups.hasController("pids")) {
      discard("PIDs limit capabilities", "PIDs limit discarded.", "PidsLimit", null);
    }
  }

  private void cpu() {
    if (host.cpuShares() < 0) {
      throw new InvalidParameter(
          "invalid CPU shares (" + host.cpuShares() + "): value must be a positive integer");
    }
    if (host.nanoCpus() != 0) {
      if (host.cpuPeriod() != 0 || host.cpuQuota() != 0) {
        String other = host.cpuPeriod() != 0 ? "CPU Period" : "CPU Quota";
        throw new InvalidParameter(
            "Conflicting options: Nano CPUs and " + other + " cannot both be set");
      }
      int cpus = Runtime.getRuntime().availableProcessors();
      if (host.nanoCpus() < 0 || host.nanoCpus() > cpus * NANOS_PER_CPU) {
        throw new InvalidParameter(
            String.format(
                Locale.ROOT,
                "range of CPUs is from 0.01 to %d.00, as there are only %d CPUs available",
                cpus,
                cpus));
      }
    }
    long period = host.cpuPeriod();
    if (period != 0 && (period < 1000 || period > 1_000_000)) {
      throw new InvalidParameter(
          "CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)");
    }
    if (host.cpuQuota() > 0 && host.cpuQuota() < 1000) {
      throw new InvalidParameter("CPU cfs quota can not be less than 1ms (i.e. 1000)");
    }
    if (host.cpuRealtimePeriod() != 0 && host.cpuRealtimeRuntime() > host.cpuRealtimePeriod()) {
      throw new InvalidParameter(
          "cpu real-time runtime cannot be higher than cpu real-time period");
    }
    if (host.ioMaximumIOps() != 0) {
      throw new InvalidParameter(
          "invalid option: QoS maximum IOPs configuration is not supported on linux");
    }
    if (host.ioMaximumBandwidth() != 0) {
      throw new InvalidParameter(
          "invalid option: QoS maximum bandwidth configuration is not supported on linux");
    }
    if (host.cpuPercent() > 0) {
      warnings.add("linux does not support CPU percent. Percent discarded.");
      changes.put("CpuPercent", 0L);
    }
  }

  private static void cpuset(String what, String name, String wanted, String onlineFile) {
    if (wanted.isEmpty()) {
      return;
    }
    TreeSet<Integer> numbers = numbers(wanted, name);
    String online;
    try {
      online = Files.readString(Path.of(onlineFile)).strip();
    } catch (IOException e) {
      return;
    }
    if (!numbers(online, name).containsAll(numbers)) {
      throw new InvalidParameter(
          "Requested "
              + what
              + " are not available - requested "
              + wanted
              + ", available: "
              + online);
    }
  }

  private static TreeSet<Integer> numbers(String list, String name) {
    TreeSet<Integer> numbers = new TreeSet<>();
    for (String part : list.split(",", -1)) {
      String[] ends = part.strip().split("-", -1);
      try {
        int first = Integer.parseInt(ends[0]);
        int last = ends.length > 1 ? Integer.parseInt(ends[1]) : first;
        if (ends.length <= 2 && first >= 0 && first <= last && last < 8192) {
          for (int i = first; i <= last; i++) {
            numbers.add(i);
          }
          continue;
        }
      } catch (NumberFormatException e) {
        // answered below
      }
      throw new InvalidParameter(
          "Invalid value " + list + " for cpuset " + name + ": invalid format: " + list);
    }
    return numbers;
  }

  private void blockIo() {
    boolean weight =
        cgroups.unified()
            ? cgroups.has("io", "io.weight") || cgroups.has("io", "io.bfq.weight")
            : cgroups.has("blkio", "blkio.weight");
    if (host.blkioWeight() != 0) {
      if (!weight) {
        discard("Block I/O weight", "Weight discarded.", "BlkioWeight", 0);
      } else if (host.blkioWeight() < 10 || host.blkioWeight() > 1000) {
        throw new InvalidParameter("Range of blkio weight is from 10 to 1000");
      }
    }
    if (host.blkioWeightDevice() != null && !host.blkioWeightDevice().isEmpty() && !weight) {
      discard(
          "Block I/O weight_device", "Weight-device discarded.", "BlkioWeightDevice", List.of());
    }
  }

  private void discard(String what, String result, String field, @Nullable Object value) {
    warnings.add("Your kernel does not support " + what + NOT_MOUNTED + result);
    changes.put(field, value);
  }
}
