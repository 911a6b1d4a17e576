package io.layerd.api.stream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.layerd.container.GoTime;
import io.layerd.container.UsageSample;
import io.layerd.runtime.ContainerUsage;
import io.layerd.runtime.ContainerUsage.Cpu;
import io.layerd.runtime.ContainerUsage.Entry;
import io.layerd.spec.SpecJson;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One line of {@code GET /containers/{id}/stats}. */
final class StatsLine {
  private static final String NEVER = "0001-01-01T00:00:00Z";

  /** In dockerd's order; the first two are counted everywhere, the others by old kernels only. */
  private static final String[] BLOCK_IO = {
    "io_service_bytes_recursive",
    "io_serviced_recursive",
    "io_queue_recursive",
    "io_service_time_recursive",
    "io_wait_time_recursive",
    "io_merged_recursive",
    "io_time_recursive",
    "sectors_recursive"
  };

  private StatsLine() {}

  static byte[] of(UsageSample sample) {
    ContainerUsage now = sample.now();
    ContainerUsage before = sample.before();
    ObjectNode line = SpecJson.MAPPER.createObjectNode();
    if (!sample.id().isEmpty()) {
      line.put("name", sample.name()).put("id", sample.id());
    }
    line.put("read", time(now)).put("preread", time(before));
    pids(line.putObject("pids_stats"), now);
    blockIo(line.putObject("blkio_stats"), now);
    line.put("num_procs", 0);
    line.putObject("storage_stats");
    cpu(line.putObject("cpu_stats"), now == null ? null : now.cpu());
    cpu(line.putObject("precpu_stats"), before == null ? null : before.cpu());
    memory(line.putObject("memory_stats"), now);
    if (now != null && !now.networks().isEmpty()) {
      networks(line.putObject("networks"), now);
    }
    try {
      return (SpecJson.MAPPER.writeValueAsString(line) + "\n").getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String time(@Nullable ContainerUsage usage) {
    return usage == null ? NEVER : new GoTime(usage.read()).toString();
  }

  private static void pids(ObjectNode node, @Nullable ContainerUsage usage) {
    if (usage != null) {
      positive(node, "current", usage.pids().current());
      positive(node, "limit", usage.pids().limit());
    }
  }

  private static void blockIo(ObjectNode node, @Nullable ContainerUsage usage) {
    for (int i = 0; i < BLOCK_IO.length; i++) {
      if (usage == null || (i > 1 && usage.blockIo().unified())) {
        node.putNull(BLOCK_IO[i]);
      } else {
        entries(
            node.putArray(BLOCK_IO[i]),
            i == 0 ? usage.blockIo().bytes() : i == 1 ? usage.blockIo().operations() : List.of());
      }
    }
  }

  private static void entries(ArrayNode array, List<Entry> entries) {
    for (Entry entry : entries) {
      array
          .addObject()
          .put("major", entry.major())
          .put("minor", entry.minor())
          .put("op", entry.operation())
          .put("value", entry.value());
    }
  }

  private static void cpu(ObjectNode node, @Nullable Cpu cpu) {
    ObjectNode usage = node.putObject("cpu_usage");
    usage.put("total_usage", cpu == null ? 0 : cpu.totalNanos());
    if (cpu != null && !cpu.perCpuNanos().isEmpty()) {
      ArrayNode each = usage.putArray("percpu_usage");
      cpu.perCpuNanos().forEach(each::add);
    }
    usage.put("usage_in_kernelmode", cpu == null ? 0 : cpu.kernelNanos());
    usage.put("usage_in_usermode", cpu == null ? 0 : cpu.userNanos());
    if (cpu != null) {
      positive(node, "system_cpu_usage", cpu.systemNanos());
      positive(node, "online_cpus", cpu.online());
    }
    node.putObject("throttling_data")
        .put("periods", cpu == null ? 0 : cpu.periods())
        .put("throttled_periods", cpu == null ? 0 : cpu.throttledPeriods())
        .put("throttled_time", cpu == null ? 0 : cpu.throttledNanos());
  }

  private static void memory(ObjectNode node, @Nullable ContainerUsage usage) {
    if (usage == null) {
      return;
    }
    positive(node, "usage", usage.memory().bytes());
    positive(node, "max_usage", usage.memory().maxBytes());
    if (!usage.memory().details().isEmpty()) {
      ObjectNode details = node.putObject("stats");
      usage.memory().details().forEach(details::put);
    }
    positive(node, "failcnt", usage.memory().failures());
    positive(node, "limit", usage.memory().limitBytes());
  }

  private static void networks(ObjectNode node, ContainerUsage usage) {
    usage
        .networks()
        .forEach(
            (name, n) ->
                node.putObject(name)
                    .put("rx_bytes", n.rxBytes())
                    .put("rx_packets", n.rxPackets())
                    .put("rx_errors", n.rxErrors())
                    .put("rx_dropped", n.rxDropped())
                    .put("tx_bytes", n.txBytes())
                    .put("tx_packets", n.txPackets())
                    .put("tx_errors", n.txErrors())
                    .put("tx_dropped", n.txDropped()));
  }

  private static void positive(ObjectNode node, String name, long value) {
    if (value > 0) {
      node.put(name, value);
    }
  }
}
