package io.layerd.runtime;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.layerd.error.SystemFailure;
import io.layerd.spec.HostConfig;
import io.layerd.spec.ThrottleDevice;
import io.layerd.spec.WeightDevice;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.Stat;
import io.layerd.sys.Sys;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The runtime-spec's {@code linux.resources}, all but the devices. */
final class SpecResources {
  private static final long PERIOD_MICROS = 100_000;
  private static final long NANOS_PER_CPU = 1_000_000_000;

  private final Sys sys;
  private final boolean unified;
  private final HostConfig host;

  /**
   * @param unified whether the host has cgroup version 2
   */
  SpecResources(Sys sys, boolean unified, HostConfig host) {
    this.sys = sys;
    this.unified = unified;
    this.host = host;
  }

  ObjectNode toSpec(ArrayNode deviceRules) {
    ObjectNode resources = JsonNodeFactory.instance.objectNode();
    resources.set("devices", deviceRules);
    ObjectNode memory = memory();
    if (!memory.isEmpty()) {
      resources.set("memory", memory);
    }
    ObjectNode cpu = cpu();
    if (!cpu.isEmpty()) {
      resources.set("cpu", cpu);
    }
    Long pids = host.pidsLimit();
    if (pids != null && pids > 0) {
      resources.putObject("pids").put("limit", pids.longValue());
    }
    resources.set("blockIO", blockIo());
    return resources;
  }

  private ObjectNode memory() {
    ObjectNode memory = JsonNodeFactory.instance.objectNode();
    positive(memory, "limit", host.memory());
    positive(memory, "reservation", host.memoryReservation());
    positive(memory, "swap", host.memorySwap());
    if (!unified) {
      Long swappiness = host.memorySwappiness();
      if (swappiness != null && swappiness >= 0) {
        memory.put("swappiness", swappiness.longValue());
      }
      memory.put("disableOOMKiller", Boolean.TRUE.equals(host.oomKillDisable()));
    }
    return memory;
  }

  private ObjectNode cpu() {
    ObjectNode cpu = JsonNodeFactory.instance.objectNode();
    positive(cpu, "shares", host.cpuShares());
    if (host.nanoCpus() > 0) {
      cpu.put("quota", host.nanoCpus() * PERIOD_MICROS / NANOS_PER_CPU);
      cpu.put("period", PERIOD_MICROS);
    } else {
      if (host.cpuQuota() != 0) {
        cpu.put("quota", host.cpuQuota());
      }
      positive(cpu, "period", host.cpuPeriod());
    }
    positive(cpu, "realtimePeriod", host.cpuRealtimePeriod());
    positive(cpu, "realtimeRuntime", host.cpuRealtimeRuntime());
    if (!host.cpusetCpus().isEmpty()) {
      cpu.put("cpus", host.cpusetCpus());
    }
    if (!host.cpusetMems().isEmpty()) {
      cpu.put("mems", host.cpusetMems());
    }
    return cpu;
  }

  private ObjectNode blockIo() {
    ObjectNode blockIo = JsonNodeFactory.instance.objectNode();
    positive(blockIo, "weight", host.blkioWeight());
    List<WeightDevice> weights = host.blkioWeightDevice();
    if (weights != null && !weights.isEmpty()) {
      ArrayNode array = blockIo.putArray("weightDevice");
      weights.forEach(w -> array.add(device(w.path()).put("weight", w.weight())));
    }
    throttle(blockIo, "throttleReadBpsDevice", host.blkioDeviceReadBps());
    throttle(blockIo, "throttleWriteBpsDevice", host.blkioDeviceWriteBps());
    throttle(blockIo, "throttleReadIOPSDevice", host.blkioDeviceReadIOps());
    throttle(blockIo, "throttleWriteIOPSDevice", host.blkioDeviceWriteIOps());
    return blockIo;
  }

  private void throttle(ObjectNode blockIo, String name, @Nullable List<ThrottleDevice> devices) {
    if (devices != null && !devices.isEmpty()) {
      ArrayNode array = blockIo.putArray(name);
      devices.forEach(d -> array.add(device(d.path()).put("rate", d.rate())));
    }
  }

  private ObjectNode device(String path) {
    try {
      Stat stat = sys.lstatat(Sys.AT_FDCWD, path.getBytes(StandardCharsets.UTF_8));
      return JsonNodeFactory.instance
          .objectNode()
          .put("major", stat.rdevMajor())
          .put("minor", stat.rdevMinor());
    } catch (ErrnoException e) {
      throw new SystemFailure("stat " + path + ": no such file or directory", e);
    }
  }

  private static void positive(ObjectNode node, String name, long value) {
    if (value > 0) {
      node.put(name, value);
    }
  }
}
