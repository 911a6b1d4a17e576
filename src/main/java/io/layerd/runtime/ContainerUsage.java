package io.layerd.runtime;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * What a running container has used so far, from its control groups and its network namespace.
 *
 * @param networks by interface, without the loopback; empty on the host's network
 */
public record ContainerUsage(
    Instant read,
    Cpu cpu,
    Memory memory,
    Pids pids,
    BlockIo blockIo,
    Map<String, Network> networks) {

  /**
   * @param perCpuNanos empty with cgroup version 2, which does not count them
   * @param systemNanos what all of the host's CPUs spent so far, idle time included
   */
  public record Cpu(
      long totalNanos,
      List<Long> perCpuNanos,
      long kernelNanos,
      long userNanos,
      long systemNanos,
      int online,
      long periods,
      long throttledPeriods,
      long throttledNanos) {}

  /**
   * @param maxBytes 0 with cgroup version 2
   * @param limitBytes the host's memory if there is no lower limit
   * @param details memory.stat, by its own names
   */
  public record Memory(
      long bytes, long maxBytes, long failures, long limitBytes, Map<String, Long> details) {}

  /**
   * @param limit 0 for none
   */
  public record Pids(long current, long limit) {}

  /** Lists of dockerd's names; null lists are those the host's cgroup version does not have. */
  public record BlockIo(List<Entry> bytes, List<Entry> operations, boolean unified) {}

  /** One device's count of one kind of operation. */
  public record Entry(long major, long minor, String operation, long value) {}

  /** Counters of one interface. */
  public record Network(
      long rxBytes,
      long rxPackets,
      long rxErrors,
      long rxDropped,
      long txBytes,
      long txPackets,
      long txErrors,
      long txDropped) {}
}
