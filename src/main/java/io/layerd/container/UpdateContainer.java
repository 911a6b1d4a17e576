package io.layerd.container;

import io.layerd.error.Conflict;
import io.layerd.error.EngineException;
import io.layerd.error.InvalidParameter;
import io.layerd.error.SystemFailure;
import io.layerd.runtime.ContainerRuntime.CheckedHost;
import io.layerd.spec.HostConfig;
import io.layerd.spec.RestartPolicy;
import io.layerd.spec.SpecJson;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Changes limits and the restart policy of a container, running or not. */
final class UpdateContainer {
  private final Rooms rooms;

  UpdateContainer(Rooms rooms) {
    this.rooms = rooms;
  }

  /**
   * @param wanted what is zero, empty or null stays as it is
   * @return warnings
   */
  List<String> update(Container container, HostConfig wanted) {
    HostChecks.restartPolicy(wanted.restartPolicy());
    CheckedHost checked = rooms.runtime().checkLimits(wanted);
    container.lock.lock();
    try {
      change(container, checked.host());
    } finally {
      container.lock.unlock();
    }
    rooms.events().publish(container, "update");
    return checked.warnings();
  }

  private void change(Container container, HostConfig wanted) {
    if (container.state.removing() || container.state.dead()) {
      throw new Conflict(
          prefix(container) + "container is marked for removal and cannot be \"update\"");
    }
    HostConfig before = container.host;
    HostConfig after =
        SpecJson.change(before, HostConfig.class, changes(container, before, wanted));
    container.host = after;
    try {
      if (container.running() && !container.state.restarting()) {
        rooms.runtime().update(container.id, after);
      }
      rooms.files().saveAll(container);
    } catch (EngineException e) {
      container.host = before;
      rooms.files().saveAll(container);
      throw new SystemFailure(prefix(container) + e.getMessage(), e);
    }
  }

  private static Map<String, @Nullable Object> changes(
      Container container, HostConfig now, HostConfig wanted) {
    conflict(container, wanted.nanoCpus(), now.cpuPeriod(), "Nano CPUs", "CPU Period");
    conflict(container, wanted.nanoCpus(), now.cpuQuota(), "Nano CPUs", "CPU Quota");
    conflict(container, wanted.cpuPeriod(), now.nanoCpus(), "CPU Period", "NanoCPUs");
    conflict(container, wanted.cpuQuota(), now.nanoCpus(), "CPU Quota", "NanoCPUs");
    if (wanted.memory() > now.memorySwap()
        && now.memorySwap() != -1
        && wanted.memory() != 0
        && wanted.memorySwap() == 0) {
      throw new Conflict(
          prefix(container)
              + "Memory limit should be smaller than already set memoryswap limit, update the"
              + " memoryswap at the same time");
    }
    Map<String, @Nullable Object> changes = new HashMap<>();
    number(changes, "BlkioWeight", wanted.blkioWeight());
    number(changes, "CpuShares", wanted.cpuShares());
    number(changes, "NanoCpus", wanted.nanoCpus());
    number(changes, "CpuPeriod", wanted.cpuPeriod());
    number(changes, "CpuQuota", wanted.cpuQuota());
    number(changes, "Memory", wanted.memory());
    number(changes, "MemorySwap", wanted.memorySwap());
    number(changes, "MemoryReservation", wanted.memoryReservation());
    number(changes, "CpuRealtimePeriod", wanted.cpuRealtimePeriod());
    number(changes, "CpuRealtimeRuntime", wanted.cpuRealtimeRuntime());
    text(changes, "CpusetCpus", wanted.cpusetCpus());
    text(changes, "CpusetMems", wanted.cpusetMems());
    if (wanted.pidsLimit() != null) {
      changes.put("PidsLimit", wanted.pidsLimit());
    }
    RestartPolicy policy = wanted.restartPolicy();
    if (!policy.name().isEmpty()) {
      if (now.autoRemove() && !policy.name().equals("no")) {
        throw new InvalidParameter(
            prefix(container)
                + "Restart policy cannot be updated because AutoRemove is enabled for the"
                + " container");
      }
      changes.put("RestartPolicy", policy);
    }
    return changes;
  }

  private static void conflict(
      Container container, long wanted, long now, String option, String other) {
    if (wanted > 0 && now > 0) {
      throw new Conflict(
          prefix(container)
              + "Conflicting options: "
              + option
              + " cannot be updated as "
              + other
              + " has already been set");
    }
  }

  private static void number(Map<String, @Nullable Object> changes, String name, long value) {
    if (value != 0) {
      changes.put(name, value);
    }
  }

  private static void text(Map<String, @Nullable Object> changes, String name, String value) {
    if (!value.isEmpty()) {
      changes.put(name, value);
    }
  }

  private static String prefix(Container container) {
    return "Cannot update container " + container.id + ": ";
  }
}
