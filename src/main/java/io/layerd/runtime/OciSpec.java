package io.layerd.runtime;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.layerd.error.Conflict;
import io.layerd.security.AppArmor;
import io.layerd.spec.HostConfig;
import io.layerd.spec.Ulimit;
import io.layerd.sys.Sys;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The {@code config.json} of a bundle (OCI runtime-spec, config.md), as dockerd writes it for the
 * same container.
 */
final class OciSpec {
  /** The oldest that says all we need: crun 1.8 refuses newer ones. */
  private static final String VERSION = "1.0.2";

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
  static final List<String> READ_ONLY =
      List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");

  private static final String OF_CONTAINER = "container:";

  private final Sys sys;
  private final LaunchRequest request;
  private final HostConfig host;
  private final SecurityOptions security;
  private final List<String> capabilities;
  private final ContainerDefaults defaults;
  private final AppArmor appArmor;
  private final boolean unified;
  private final @Nullable Path init;
  private final Remap remap;
  private final Supplier<HostMounts> hostMounts;

  /**
   * @param unified whether the host has cgroup version 2
   * @param init the host's init program; must be there if the container wants one
   * @param remap the ids that stand for those of containers
   * @param hostMounts asked only if a bind propagates
   */
  OciSpec(
      Sys sys,
      LaunchRequest request,
      Capabilities capabilities,
      ContainerDefaults defaults,
      AppArmor appArmor,
      boolean unified,
      @Nullable Path init,
      Remap remap,
      Supplier<HostMounts> hostMounts) {
    this.sys = sys;
    this.request = request;
    this.host = request.host();
    this.security = SecurityOptions.parse(host.securityOpt());
    this.capabilities = capabilities.resolve(host);
    this.defaults = defaults;
    this.appArmor = appArmor;
    this.unified = unified;
    this.init = init;
    this.remap = remap;
    this.hostMounts = hostMounts;
  }

  static String cgroupsPath(HostConfig host, String defaultParent, String containerId) {
    String parent = host.cgroupParent().isEmpty() ? defaultParent : host.cgroupParent();
    // Always absolute: a relative one would nest in the daemon's own group.
    Path path = Path.of("/").resolve(parent).resolve(containerId).normalize();
    return path.toString();
  }

  ObjectNode toSpec(String cgroupsPath) {
    SpecMounts mounts = new SpecMounts(request, security, init);
    ObjectNode spec = JsonNodeFactory.instance.objectNode();
    spec.put("ociVersion", VERSION);
    spec.set("process", process());
    ObjectNode root = spec.putObject("root").put("path", request.rootfs().toString());
    if (host.readonlyRootfs()) {
      root.put("readonly", true);
    }
    if (!host.utsMode().equals("host")) {
      spec.put("hostname", request.hostname());
    }
    spec.set("mounts", mounts.toSpec());
    spec.set("linux", linux(mounts, cgroupsPath));
    Map<String, String> annotations = new TreeMap<>(request.annotations());
    if (host.annotations() != null) {
      annotations.putAll(host.annotations());
    }
    if (!annotations.isEmpty()) {
      ObjectNode node = spec.putObject("annotations");
      annotations.forEach(node::put);
    }
    return spec;
  }

  private ObjectNode process() {
    ObjectNode process = JsonNodeFactory.instance.objectNode();
    List<Integer> size = host.consoleSize();
    if (request.io().tty()) {
      process.put("terminal", true);
      if (size != null && size.size() == 2 && size.get(0) > 0 && size.get(1) > 0) {
        process.putObject("consoleSize").put("height", size.get(0)).put("width", size.get(1));
      }
    }
    List<String> groupAdd = host.groupAdd() == null ? List.of() : host.groupAdd();
    UserFiles files = UserFiles.read(sys, request.rootfs());
    process.set("user", ProcessUser.resolve(request.user(), groupAdd, files).toSpec());
    List<String> args = new ArrayList<>();
    if (init != null) {
      args.add(SpecMounts.INIT);
      args.add("--");
    }
    args.addAll(request.args());
    process.set("args", strings(args));
    process.set("env", strings(ProcessUser.withHome(request.env(), request.user(), files)));
    process.put("cwd", request.workingDir().isEmpty() ? "/" : request.workingDir());
    process.set("capabilities", capabilitySets(capabilities));
    List<Ulimit> ulimits = host.ulimits();
    if (ulimits != null && !ulimits.isEmpty()) {
      ArrayNode rlimits = process.putArray("rlimits");
      for (Ulimit ulimit : ulimits) {
        rlimits
            .addObject()
            .put("type", "RLIMIT_" + ulimit.name().toUpperCase(Locale.ROOT))
            .put("hard", unsigned(ulimit.hard()))
            .put("soft", unsigned(ulimit.soft()));
      }
    }
    if (defaults.noNewPrivileges(security)) {
      process.put("noNewPrivileges", true);
    }
    process.put("oomScoreAdj", host.oomScoreAdj());
    putUnlessEmpty(
        process, "apparmorProfile", appArmor.applied(security.appArmor(), host.privileged()));
    putUnlessEmpty(process, "selinuxLabel", request.labels().process());
    return process;
  }

  private static void putUnlessEmpty(ObjectNode node, String name, String value) {
    if (!value.isEmpty()) {
      node.put(name, value);
    }
  }

  // RLIM_INFINITY arrives as -1.
  private static BigInteger unsigned(long value) {
    return new BigInteger(Long.toUnsignedString(value));
  }

  static ObjectNode capabilitySets(List<String> names) {
    ObjectNode sets = JsonNodeFactory.instance.objectNode();
    for (String set : List.of("bounding", "effective", "permitted")) {
      sets.set(set, strings(names));
    }
    return sets;
  }

  private ObjectNode linux(SpecMounts mounts, String cgroupsPath) {
    ObjectNode linux = JsonNodeFactory.instance.objectNode();
    SpecDevices devices = new SpecDevices(sys, host);
    Map<String, String> sysctls = sysctls();
    if (!sysctls.isEmpty()) {
      ObjectNode node = linux.putObject("sysctl");
      sysctls.forEach(node::put);
    }
    linux.set("resources", new SpecResources(sys, unified, host).toSpec(devices.rules()));
    linux.put("cgroupsPath", cgroupsPath);
    linux.set("namespaces", namespaces());
    remap.map(host, linux);
    if (!devices.devices().isEmpty()) {
      linux.set("devices", devices.devices());
    }
    String seccomp = defaults.seccomp(security);
    if (!host.privileged() && !seccomp.equals(SecurityOptions.UNCONFINED)) {
      SeccompFilter filter = new SeccompFilter(capabilities);
      boolean builtin = seccomp.equals(SecurityOptions.BUILTIN);
      linux.set("seccomp", builtin ? filter.ofDefault() : filter.of(seccomp));
    }
    String propagation = mounts.rootPropagation(hostMounts);
    if (propagation != null) {
      linux.put("rootfsPropagation", propagation);
    }
    putUnlessEmpty(linux, "mountLabel", request.labels().mount());
    if (!host.privileged()) {
      paths(linux, "maskedPaths", host.maskedPaths() == null ? masked() : host.maskedPaths());
      paths(
          linux, "readonlyPaths", host.readonlyPaths() == null ? READ_ONLY : host.readonlyPaths());
    }
    return linux;
  }

  static List<String> masked() {
    List<String> paths = new ArrayList<>(MASKED);
    for (int cpu = 0; ; cpu++) {
      String directory = "/sys/devices/system/cpu/cpu" + cpu;
      if (!Files.exists(Path.of(directory))) {
        return paths;
      }
      if (Files.exists(Path.of(directory, "thermal_throttle"))) {
        paths.add(directory + "/thermal_throttle");
      }
    }
  }

  private static void paths(ObjectNode linux, String name, List<String> paths) {
    if (!paths.isEmpty()) {
      linux.set(name, strings(paths));
    }
  }

  private Map<String, String> sysctls() {
    Map<String, String> sysctls = new TreeMap<>();
    boolean ownNetwork = !request.hostNetwork() && !host.networkMode().startsWith(OF_CONTAINER);
    if (ownNetwork) {
      sysctls.put("net.ipv4.ip_unprivileged_port_start", "0");
      sysctls.put("net.ipv4.ping_group_range", "0 " + remap.lastGroup(host));
    }
    if (!request.domainname().isEmpty() && !host.utsMode().equals("host")) {
      sysctls.put("kernel.domainname", request.domainname());
    }
    if (host.sysctls() != null) {
      sysctls.putAll(host.sysctls());
    }
    return sysctls;
  }

  private ArrayNode namespaces() {
    ArrayNode list = JsonNodeFactory.instance.arrayNode();
    list.addObject().put("type", "mount");
    if (!request.hostNetwork()) {
      ObjectNode network = list.addObject().put("type", "network");
      Path path = request.networkNamespace();
      if (path != null) {
        network.put("path", path.toString());
      }
    }
    remap.namespace(request, list);
    if (!host.utsMode().equals("host")) {
      list.addObject().put("type", "uts");
    }
    shared(list, "pid", host.pidMode());
    shared(list, "ipc", host.ipcMode());
    String cgroup = host.cgroupnsMode();
    if (cgroup.isEmpty()) {
      cgroup = defaults.cgroupns(unified, host.privileged());
    }
    if (cgroup.equals("private")) {
      list.addObject().put("type", "cgroup");
    }
    return list;
  }

  // Of the host, of another container, or new.
  private void shared(ArrayNode list, String type, String mode) {
    if (mode.equals("host")) {
      return;
    }
    ObjectNode namespace = list.addObject().put("type", type);
    if (mode.startsWith(OF_CONTAINER)) {
      Integer pid = request.namespacesOf().get(type);
      if (pid == null) {
        throw new Conflict(
            "cannot join the "
                + type
                + " namespace of container "
                + mode.substring(OF_CONTAINER.length())
                + ": it is not running");
      }
      namespace.put("path", "/proc/" + pid + "/ns/" + type);
    }
  }

  private static ArrayNode strings(List<String> values) {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    values.forEach(array::add);
    return array;
  }
}
