package io.layerd.container;

import io.layerd.error.InvalidParameter;
import io.layerd.spec.HostConfig;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;

/** Refuses resource limits that cannot be, in dockerd's words. */
final class ResourceChecks {
  private static final long LEAST_MEMORY_BYTES = 6L << 20;

  private ResourceChecks() {}

  static void check(HostConfig host, List<String> warnings) {
    memory(host);
    cpu(host);
    if (host.oomScoreAdj() < -1000 || host.oomScoreAdj() > 1000) {
      throw new InvalidParameter(
          "Invalid value " + host.oomScoreAdj() + ", range for oom score adj is [-1000, 1000]");
    }
    if (host.shmSize() < 0) {
      throw new InvalidParameter("SHM size can not be less than 0");
    }
    if (Boolean.TRUE.equals(host.oomKillDisable()) && host.memory() == 0) {
      warnings.add(
          "OOM killer is disabled for the container, but no memory limit is set, this can result in"
              + " the system running out of resources.");
    }
  }

  private static void memory(HostConfig host) {
    if (host.memory() != 0 && host.memory() < LEAST_MEMORY_BYTES) {
      throw new InvalidParameter("Minimum memory limit allowed is 6MB");
    }
    if (host.memory() > 0 && host.memorySwap() > 0 && host.memorySwap() < host.memory()) {
      throw new InvalidParameter(
          "Minimum memoryswap limit should be larger than memory limit, see usage");
    }
    if (host.memory() == 0 && host.memorySwap() > 0) {
      throw new InvalidParameter(
          "You should always set the Memory limit when using Memoryswap limit, see usage");
    }
    Long swappiness = host.memorySwappiness();
    if (swappiness != null && (swappiness < -1 || swappiness > 100)) {
      throw new InvalidParameter(
          "Invalid value: " + swappiness + ", valid memory swappiness range is 0-100");
    }
    if (host.memoryReservation() > 0 && host.memoryReservation() < LEAST_MEMORY_BYTES) {
      throw new InvalidParameter("Minimum memory reservation allowed is 6MB");
    }
    if (host.memory() > 0
        && host.memoryReservation() > 0
        && host.memory() < host.memoryReservation()) {
      throw new InvalidParameter(
          "Minimum memory limit can not be less than memory reservation limit, see usage");
    }
  }

  private static void cpu(HostConfig host) {
    if (host.nanoCpus() > 0 && host.cpuPeriod() > 0) {
      throw new InvalidParameter(
          "Conflicting options: Nano CPUs and CPU Period cannot both be set");
    }
    if (host.nanoCpus() > 0 && host.cpuQuota() > 0) {
      throw new InvalidParameter("Conflicting options: Nano CPUs and CPU Quota cannot both be set");
    }
    int cpus = Runtime.getRuntime().availableProcessors();
    if (host.nanoCpus() < 0 || host.nanoCpus() > cpus * 1_000_000_000L) {
      throw new InvalidParameter(
          String.format(
              Locale.ROOT,
              "range of CPUs is from 0.01 to %d.00, as there are only %d CPUs available",
              cpus,
              cpus));
    }
    if (host.cpuPeriod() != 0 && (host.cpuPeriod() < 1000 || host.cpuPeriod() > 1_000_000)) {
      throw new InvalidParameter(
          "CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)");
    }
    if (host.cpuQuota() > 0 && host.cpuQuota() < 1000) {
      throw new InvalidParameter("CPU cfs quota can not be less than 1ms (i.e. 1000)");
    }
    cpuset(host.cpusetCpus(), cpus);
  }

  private static void cpuset(String text, int cpus) {
    if (text.isEmpty()) {
      return;
    }
    TreeSet<Integer> asked = new TreeSet<>();
    try {
      for (String part : text.split(",", -1)) {
        int dash = part.indexOf('-');
        int from = Integer.parseInt(dash < 0 ? part : part.substring(0, dash));
        int to = dash < 0 ? from : Integer.parseInt(part.substring(dash + 1));
        if (from < 0 || to < from || to > 8192) {
          throw new NumberFormatException(part);
        }
        for (int cpu = from; cpu <= to; cpu++) {
          asked.add(cpu);
        }
      }
    } catch (NumberFormatException e) {
      throw new InvalidParameter(
          "Invalid value " + text + " for cpuset cpus: invalid format: " + text, e);
    }
    if (asked.last() >= cpus) {
      throw new InvalidParameter(
          "Requested CPUs are not available - requested "
              + text
              + ", available: "
              + (cpus == 1 ? "0" : "0-" + (cpus - 1)));
    }
  }
}
