package io.layerd.runtime;

import io.layerd.error.InvalidParameter;
import io.layerd.runtime.ContainerRuntime.CheckedHost;
import io.layerd.spec.HostConfig;
import io.layerd.spec.SpecJson;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What dockerd checks of a {@code HostConfig} when a container is created, in its words. */
final class HostCheck {
  private static final String CONTAINER = "container:";

  private final Cgroups cgroups;
  private final Capabilities capabilities;
  private final ContainerDefaults defaults;
  private final Remap remap;

  HostCheck(Cgroups cgroups, Capabilities capabilities, ContainerDefaults defaults, Remap remap) {
    this.remap = remap;
    this.cgroups = cgroups;
    this.capabilities = capabilities;
    this.defaults = defaults;
  }

  CheckedHost check(HostConfig host, String runtime) {
    modes(host);
    var unused = capabilities.resolve(host);
    var alsoUnused = SecurityOptions.parse(host.securityOpt());
    if (host.shmSize() < 0) {
      throw new InvalidParameter("SHM size can not be less than 0");
    }
    if (host.oomScoreAdj() < -1000 || host.oomScoreAdj() > 1000) {
      throw new InvalidParameter(
          "Invalid value " + host.oomScoreAdj() + ", range for oom score adj is [-1000, 1000]");
    }
    if (host.annotations() != null && host.annotations().containsKey("")) {
      throw new InvalidParameter(
          "invalid Annotations: the empty string is not permitted as an annotation key");
    }
    if (!host.isolation().isEmpty() && !host.isolation().equals("default")) {
      throw new InvalidParameter(
          "invalid isolation (" + host.isolation() + "): linux only supports 'default'");
    }
    remap.check(host);
    Map<String, @Nullable Object> changes = new LinkedHashMap<>();
    List<String> warnings = new ArrayList<>();
    new LimitCheck(cgroups, host, changes, warnings).check();
    defaults(host, runtime, changes);
    return new CheckedHost(SpecJson.change(host, HostConfig.class, changes), warnings);
  }

  private static void modes(HostConfig host) {
    mode("PID", host.pidMode(), List.of("", "host"), true);
    mode("IPC", host.ipcMode(), List.of("", "host", "private", "shareable", "none"), true);
    mode("UTS", host.utsMode(), List.of("", "host"), false);
    String cgroupns = host.cgroupnsMode();
    if (!List.of("", "host", "private").contains(cgroupns)) {
      throw new InvalidParameter("invalid cgroup namespace mode: " + cgroupns);
    }
  }

  private static void mode(String what, String mode, List<String> known, boolean ofContainer) {
    boolean container =
        ofContainer && mode.startsWith(CONTAINER) && mode.length() > CONTAINER.length();
    if (!known.contains(mode) && !container) {
      throw new InvalidParameter("invalid " + what + " mode: " + mode);
    }
  }

  private void defaults(HostConfig host, String runtime, Map<String, @Nullable Object> changes) {
    changes.put("Runtime", runtime);
    if (host.shmSize() == 0) {
      changes.put("ShmSize", defaults.shmSizeBytes());
    }
    if (host.ipcMode().isEmpty()) {
      changes.put("IpcMode", defaults.ipcMode());
    }
    if (host.cgroupnsMode().isEmpty()) {
      changes.put("CgroupnsMode", defaults.cgroupns(cgroups.unified(), host.privileged()));
    }
    changes.put("Ulimits", defaults.ulimits(host));
    if (!host.privileged()) {
      if (host.maskedPaths() == null) {
        changes.put("MaskedPaths", OciSpec.masked());
      }
      if (host.readonlyPaths() == null) {
        changes.put("ReadonlyPaths", OciSpec.READ_ONLY);
      }
    }
  }
}
