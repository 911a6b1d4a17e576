package io.layerd.container;

import io.layerd.spec.HostConfig;
import io.layerd.spec.LogConfig;
import io.layerd.spec.RestartPolicy;
import io.layerd.spec.SpecJson;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Fills in what a request leaves open, as dockerd 28 does. */
final class HostDefaults {
  private static final long SHM_SIZE_BYTES = 64L << 20;
  private static final long MIN_SHARES = 2;
  private static final long MAX_SHARES = 262_144;
  private static final List<String> MASKED =
      List.of(
          "/proc/asound",
          "/proc/acpi",
          "/proc/interrupts",
          "/proc/kcore",
          "/proc/keys",
          "/proc/latency_stats",
          "/proc/timer_list",
          "/proc/timer_stats",
          "/proc/sched_debug",
          "/proc/scsi",
          "/sys/firmware",
          "/sys/devices/virtual/powercap");
  private static final List<String> READ_ONLY =
      List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");

  private HostDefaults() {}

  /** A HostConfig of which nothing was said. */
  static HostConfig empty() {
    return SpecJson.read(SpecJson.MAPPER.createObjectNode(), HostConfig.class);
  }

  static HostConfig apply(HostConfig asked, String runtime, boolean cgroup2) {
    Map<String, Object> set = new HashMap<>();
    if (asked.shmSize() == 0) {
      set.put("ShmSize", SHM_SIZE_BYTES);
    }
    if (asked.memory() > 0 && asked.memorySwap() == 0) {
      set.put("MemorySwap", asked.memory() * 2);
    }
    if (asked.oomKillDisable() == null) {
      set.put("OomKillDisable", false);
    }
    if (asked.cgroupnsMode().isEmpty()) {
      set.put("CgroupnsMode", cgroup2 && !asked.privileged() ? "private" : "host");
    }
    if (asked.ipcMode().isEmpty()) {
      set.put("IpcMode", "private");
    }
    if (asked.networkMode().isEmpty() || asked.networkMode().equals("default")) {
      set.put("NetworkMode", "bridge");
    }
    if (asked.restartPolicy().name().isEmpty()) {
      set.put("RestartPolicy", new RestartPolicy("no", asked.restartPolicy().maximumRetryCount()));
    }
    if (asked.runtime().isEmpty()) {
      set.put("Runtime", runtime);
    }
    if (asked.consoleSize() == null) {
      set.put("ConsoleSize", List.of(0, 0));
    }
    if (asked.logConfig().type().isEmpty() || asked.logConfig().config() == null) {
      String type = asked.logConfig().type();
      Map<String, String> options = asked.logConfig().config();
      set.put(
          "LogConfig",
          new LogConfig(type.isEmpty() ? "json-file" : type, options == null ? Map.of() : options));
    }
    if (asked.maskedPaths() == null && !asked.privileged()) {
      set.put("MaskedPaths", MASKED);
    }
    if (asked.readonlyPaths() == null && !asked.privileged()) {
      set.put("ReadonlyPaths", READ_ONLY);
    }
    if (asked.cpuShares() != 0) {
      set.put("CpuShares", Math.clamp(asked.cpuShares(), MIN_SHARES, MAX_SHARES));
    }
    security(asked, set);
    return SpecJson.change(asked, HostConfig.class, set);
  }

  private static void security(HostConfig asked, Map<String, Object> set) {
    List<String> options = asked.securityOpt() == null ? List.of() : asked.securityOpt();
    boolean open =
        asked.privileged() || asked.ipcMode().equals("host") || asked.pidMode().equals("host");
    if (open && options.stream().noneMatch(o -> o.startsWith("label"))) {
      List<String> more = new ArrayList<>(options);
      more.add("label=disable");
      set.put("SecurityOpt", more);
    }
  }
}
