package io.layerd.authorization;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.layerd.spec.HostConfig;
import io.layerd.spec.MountRequest;
import io.layerd.spec.SpecJson;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What in a HostConfig gives a container more than its own box. Every field is judged: one that is
 * not listed here must be empty, so that a field added later is refused until somebody thinks about
 * it. Volumes, networks and containers that are named are looked up by the caller.
 */
public final class HostReach {
  private static final Pattern VOLUME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]*");

  /** Of mounts; those about propagation are for host directories alone. */
  private static final Set<String> BIND_OPTIONS = Set.of("ro", "rw", "z", "Z", "nocopy", "");

  /** What a container gets anyway. */
  private static final Set<String> USUAL_CAPABILITIES =
      Set.of(
          "CHOWN",
          "DAC_OVERRIDE",
          "FSETID",
          "FOWNER",
          "MKNOD",
          "NET_RAW",
          "SETGID",
          "SETUID",
          "SETFCAP",
          "SETPCAP",
          "NET_BIND_SERVICE",
          "SYS_CHROOT",
          "KILL",
          "AUDIT_WRITE");

  private static final Set<String> MASKED =
      Set.of(
          "/proc/acpi",
          "/proc/kcore",
          "/proc/keys",
          "/proc/latency_stats",
          "/proc/sched_debug",
          "/proc/scsi",
          "/proc/timer_list",
          "/sys/firmware");

  private static final Set<String> READONLY =
      Set.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");

  /** Fields that say nothing of the host, or only lessen what a container has. */
  private static final Set<String> HARMLESS =
      Set.of(
          ("ContainerIDFile PortBindings RestartPolicy AutoRemove VolumesFrom ConsoleSize CapDrop"
                  + " Dns DnsOptions DnsSearch ExtraHosts GroupAdd Links PublishAllPorts"
                  + " ReadonlyRootfs Tmpfs ShmSize CpuShares Memory NanoCpus BlkioWeight CpuPeriod"
                  + " CpuQuota CpusetCpus CpusetMems KernelMemory KernelMemoryTCP"
                  + " MemoryReservation MemorySwap MemorySwappiness PidsLimit Ulimits CpuCount"
                  + " CpuPercent IOMaximumIOps IOMaximumBandwidth Init StorageOpt NetworkMode")
              .split(" ", -1));

  private static final Map<String, Predicate<JsonNode>> JUDGED =
      Map.ofEntries(
          Map.entry("Binds", all(HostReach::isVolumeBind)),
          Map.entry("LogConfig", HostReach::isLocalLog),
          Map.entry("VolumeDriver", oneOf("", "local")),
          Map.entry("CapAdd", all(HostReach::isUsualCapability)),
          Map.entry("CgroupnsMode", oneOf("", "private")),
          Map.entry("IpcMode", HostReach::isOwnIpc),
          Map.entry("OomScoreAdj", node -> node.asInt() >= 0),
          Map.entry("PidMode", HostReach::isOwnPid),
          Map.entry("SecurityOpt", all(HostReach::isHardening)),
          Map.entry("Sysctls", HostReach::areNetworkSettings),
          Map.entry("Runtime", oneOf("", "runc", "crun", "io.containerd.runc.v2")),
          Map.entry("Isolation", oneOf("", "default")),
          Map.entry("Mounts", node -> true), // judged as records below
          Map.entry("MaskedPaths", node -> covers(node, MASKED)),
          Map.entry("ReadonlyPaths", node -> covers(node, READONLY)));

  private HostReach() {}

  /** The first field that reaches the host, with its value; null if none does. */
  public static @Nullable String of(HostConfig host) {
    ObjectNode tree = SpecJson.MAPPER.valueToTree(host);
    for (Map.Entry<String, JsonNode> field : tree.properties()) {
      if (!judge(field.getKey(), field.getValue())) {
        return field.getKey() + " " + field.getValue();
      }
    }
    if (!isOwnNetwork(host.networkMode())) {
      return "NetworkMode " + host.networkMode();
    }
    List<MountRequest> mounts = host.mounts() == null ? List.of() : host.mounts();
    for (MountRequest mount : mounts) {
      String reach = ofMount(mount);
      if (reach != null) {
        return reach;
      }
    }
    return null;
  }

  /** {@link #of} for a container that is there: the daemon has filled its cgroup namespace in. */
  public static @Nullable String ofStored(HostConfig host) {
    return of(
        host.cgroupnsMode().equals("host")
            ? SpecJson.change(host, HostConfig.class, Map.of("CgroupnsMode", ""))
            : host);
  }

  private static boolean judge(String name, JsonNode value) {
    if (value.isNull() || HARMLESS.contains(name)) {
      return true;
    }
    Predicate<JsonNode> judgement = JUDGED.get(name);
    return judgement == null ? isNothing(value) : judgement.test(value);
  }

  private static boolean isNothing(JsonNode value) {
    return switch (value.getNodeType()) {
      case ARRAY, OBJECT, POJO -> value.isEmpty();
      case BOOLEAN -> !value.asBoolean();
      case NUMBER -> value.asDouble() == 0;
      case STRING, BINARY -> value.asText().isEmpty();
      case NULL, MISSING -> true;
    };
  }

  private static @Nullable String ofMount(MountRequest mount) {
    if (mount.type().equals("tmpfs")) {
      return null;
    }
    if (!mount.type().equals("volume")) {
      return "Mounts: type \"" + mount.type() + "\"";
    }
    if (!mount.source().isEmpty() && !VOLUME.matcher(mount.source()).matches()) {
      return "Mounts: source \"" + mount.source() + "\"";
    }
    if (mount.bindOptions() != null) {
      return "Mounts: BindOptions";
    }
    var options = mount.volumeOptions();
    var driver = options == null ? null : options.driverConfig();
    boolean plain =
        driver == null
            || ((driver.name().isEmpty() || driver.name().equals("local"))
                && (driver.options() == null || driver.options().isEmpty()));
    return plain ? null : "Mounts: DriverConfig";
  }

  private static Predicate<JsonNode> oneOf(String... values) {
    return node -> Set.of(values).contains(node.asText());
  }

  private static Predicate<JsonNode> all(Predicate<String> each) {
    return node -> {
      for (JsonNode one : node) {
        if (!each.test(one.asText())) {
          return false;
        }
      }
      return true;
    };
  }

  private static boolean isVolumeBind(String bind) {
    String[] parts = bind.split(":", -1);
    if (parts.length == 1) {
      return true; // a path in the container: an anonymous volume
    }
    return parts.length <= 3
        && VOLUME.matcher(parts[0]).matches()
        && (parts.length < 3
            || Arrays.stream(parts[2].split(",", -1)).allMatch(BIND_OPTIONS::contains));
  }

  /** Others send what containers write to a server that the client names. */
  private static boolean isLocalLog(JsonNode config) {
    return Set.of("", "json-file", "local", "none").contains(config.path("Type").asText());
  }

  private static boolean isUsualCapability(String name) {
    String upper = name.toUpperCase(Locale.ROOT);
    return USUAL_CAPABILITIES.contains(upper.startsWith("CAP_") ? upper.substring(4) : upper);
  }

  private static boolean isOwnIpc(JsonNode mode) {
    return Set.of("", "none", "private", "shareable").contains(mode.asText())
        || mode.asText().startsWith("container:");
  }

  private static boolean isOwnPid(JsonNode mode) {
    return mode.asText().isEmpty() || mode.asText().startsWith("container:");
  }

  private static boolean isOwnNetwork(String mode) {
    return mode.startsWith("container:") || (!mode.equals("host") && mode.indexOf(':') < 0);
  }

  private static boolean isHardening(String option) {
    return Set.of("no-new-privileges", "no-new-privileges:true", "no-new-privileges=true")
        .contains(option);
  }

  private static boolean areNetworkSettings(JsonNode settings) {
    return settings.properties().stream().allMatch(entry -> entry.getKey().startsWith("net."));
  }

  private static boolean covers(JsonNode paths, Set<String> wanted) {
    List<String> given = new java.util.ArrayList<>();
    paths.forEach(path -> given.add(path.asText()));
    return given.containsAll(wanted);
  }
}
