package io.layerd.daemon;

import io.layerd.container.Containers;
import io.layerd.error.EngineException;
import io.layerd.spec.LogConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/** What dockerd finds wrong only when it starts, though {@code --validate} is content with it. */
final class StartChecks {
  /** Looked for on the host, and a container that needs a missing one says so. */
  private static final Set<String> FOUND = Set.of("runc", "crun", "io.containerd.runc.v2");

  private static final Path FORWARDING = Path.of("/proc/sys/net/ipv4/ip_forward");

  private StartChecks() {}

  /**
   * @throws StartupFailure in dockerd's words where it knows the mistake
   */
  static void check(DaemonConfig config) {
    EngineOptions options = config.engine();
    options.runtimes().forEach((name, runtime) -> runtime.check(name));
    options.execOptions().forEach(StartChecks::cgroupDriver);
    defaultRuntime(config);
    log(options.containers().log());
    forwarding(options.forwarding(), FORWARDING);
  }

  /** Where somebody else turned it on there is nothing to do. */
  static void forwarding(boolean wanted, Path switchFile) {
    try {
      if (!wanted && !Files.readString(switchFile).strip().equals("1")) {
        throw new StartupFailure(
            "layerd does not support ip-forward=false on a host that does not forward: netavark"
                + " turns forwarding on for every bridge");
      }
    } catch (IOException e) {
      throw new StartupFailure("cannot read " + switchFile + ": " + Reason.of(e), e);
    }
  }

  private static void cgroupDriver(String option) {
    String value = option.substring(option.indexOf('=') + 1).strip();
    if (value.equals("systemd")) {
      throw new StartupFailure(
          "layerd does not support native.cgroupdriver=systemd: it makes control groups itself"
              + " (cgroupfs)");
    }
    if (!value.equals("cgroupfs") && !value.isEmpty()) {
      throw new StartupFailure("native.cgroupdriver option " + value + " not supported");
    }
  }

  /** Without options dockerd starts with any driver, and then no container can be made. */
  private static void log(LogConfig log) {
    if (log.config() == null || log.config().isEmpty()) {
      return;
    }
    try {
      Containers.checkLog(log);
    } catch (EngineException e) {
      throw new StartupFailure(
          "failed to set log opts: failed to set log opts: " + e.getMessage(), e);
    }
  }

  private static void defaultRuntime(DaemonConfig config) {
    String wanted = config.defaultRuntime();
    if (wanted != null
        && !FOUND.contains(wanted)
        && !config.engine().runtimes().containsKey(wanted)) {
      throw new StartupFailure("specified default runtime '" + wanted + "' does not exist");
    }
  }
}
