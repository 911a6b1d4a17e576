package io.layerd.container;

import io.layerd.error.InvalidParameter;
import io.layerd.error.NotFound;
import io.layerd.runtime.RuntimeInfo;
import io.layerd.spec.HostConfig;
import io.layerd.spec.LogConfig;
import io.layerd.spec.PortBinding;
import io.layerd.spec.RestartPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Refuses a HostConfig that makes no sense, in dockerd's words. */
final class HostChecks {
  private static final Set<String> JSON_FILE_OPTIONS =
      Set.of(
          "max-size",
          "max-file",
          "compress",
          "labels",
          "labels-regex",
          "env",
          "env-regex",
          "tag",
          "mode",
          "max-buffer-size");

  private HostChecks() {}

  /** Checks everything but mounts; returns warnings. */
  static List<String> check(HostConfig host, RuntimeInfo runtime, ContainerIndex index) {
    List<String> warnings = new ArrayList<>();
    if (host.autoRemove() && !plain(host.restartPolicy())) {
      throw new InvalidParameter("can't create 'AutoRemove' container with restart policy");
    }
    extraHosts(host.extraHosts());
    ports(host.portBindings());
    restart(host.restartPolicy());
    network(host, warnings);
    modes(host, index);
    if (host.annotations() != null && host.annotations().containsKey("")) {
      throw new InvalidParameter(
          "invalid Annotations: the empty string is not permitted as an annotation key");
    }
    if (!host.isolation().isEmpty() && !host.isolation().equals("default")) {
      throw new InvalidParameter(
          "invalid isolation (" + host.isolation() + "): linux only supports 'default'");
    }
    Capabilities.check("CapAdd", host.capAdd());
    Capabilities.check("CapDrop", host.capDrop());
    ResourceChecks.check(host, warnings);
    securityOptions(host.securityOpt());
    if (!host.runtime().isEmpty()
        && runtime.runtimes().stream().noneMatch(p -> p.name().equals(host.runtime()))) {
      throw new InvalidParameter("unknown or invalid runtime name: " + host.runtime());
    }
    log(host.logConfig());
    return warnings;
  }

  private static boolean plain(RestartPolicy policy) {
    return policy.name().isEmpty() || policy.name().equals("no");
  }

  private static void extraHosts(@org.jspecify.annotations.Nullable List<String> hosts) {
    for (String host : hosts == null ? List.<String>of() : hosts) {
      int colon = host.indexOf(':');
      if (colon <= 0) {
        throw new InvalidParameter("bad format for add-host: \"" + host + "\"");
      }
    }
  }

  private static void ports(
      @org.jspecify.annotations.Nullable Map<String, List<PortBinding>> bindings) {
    if (bindings == null) {
      return;
    }
    bindings.forEach(
        (port, addresses) -> {
          PortRange.parse(port);
          for (PortBinding address : addresses == null ? List.<PortBinding>of() : addresses) {
            PortRange.checkHostPort(address.hostPort());
          }
        });
  }

  private static void restart(RestartPolicy policy) {
    int count = policy.maximumRetryCount();
    switch (policy.name()) {
      case "always", "unless-stopped", "no", "" -> {
        if (count > 0) {
          throw new InvalidParameter(
              "invalid restart policy: maximum retry count can only be used with 'on-failure'");
        }
      }
      case "on-failure" -> {}
      default ->
          throw new InvalidParameter(
              "invalid restart policy: unknown policy '"
                  + policy.name()
                  + "'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'");
    }
    if (count < 0) {
      throw new InvalidParameter("invalid restart policy: maximum retry count cannot be negative");
    }
  }

  private static void network(HostConfig host, List<String> warnings) {
    String mode = host.networkMode();
    boolean links = host.links() != null && !host.links().isEmpty();
    boolean published = host.portBindings() != null && !host.portBindings().isEmpty();
    if (mode.equals("host") && links) {
      throw new InvalidParameter(
          "conflicting options: host type networking can't be used with links. This would result"
              + " in undefined behavior");
    }
    if (mode.equals("container") || mode.startsWith("container:")) {
      if (mode.length() <= "container:".length()) {
        throw new InvalidParameter(
            "invalid network mode: invalid container format container:<name|id>");
      }
      if (links) {
        throw new InvalidParameter(
            "conflicting options: container type network can't be used with links. This would"
                + " result in undefined behavior");
      }
      if (host.dns() != null && !host.dns().isEmpty()) {
        throw new InvalidParameter("conflicting options: dns and the network mode");
      }
      if (host.extraHosts() != null && !host.extraHosts().isEmpty()) {
        throw new InvalidParameter(
            "conflicting options: custom host-to-IP mapping and the network mode");
      }
      if (published || host.publishAllPorts()) {
        throw new InvalidParameter(
            "conflicting options: port publishing and the container type network mode");
      }
    }
    if (mode.equals("host") && published) {
      warnings.add("Published ports are discarded when using host network mode");
    }
  }

  private static void modes(HostConfig host, ContainerIndex index) {
    String ipc = host.ipcMode();
    if (!Set.of("", "none", "private", "shareable", "host").contains(ipc)) {
      other(ipc, "invalid IPC mode: " + ipc, index);
    }
    String pid = host.pidMode();
    if (!Set.of("", "host").contains(pid)) {
      other(pid, "invalid PID mode: " + pid, index);
    }
    if (!Set.of("", "host").contains(host.utsMode())) {
      throw new InvalidParameter("invalid UTS mode: " + host.utsMode());
    }
    if (!Set.of("", "private", "host").contains(host.cgroupnsMode())) {
      throw new InvalidParameter("invalid cgroup namespace mode: " + host.cgroupnsMode());
    }
  }

  private static void other(String mode, String invalid, ContainerIndex index) {
    if (!mode.startsWith("container:") || mode.length() == "container:".length()) {
      throw new InvalidParameter(invalid);
    }
    index.get(mode.substring("container:".length()));
  }

  private static void securityOptions(@org.jspecify.annotations.Nullable List<String> options) {
    for (String option : options == null ? List.<String>of() : options) {
      boolean known =
          option.equals("no-new-privileges")
              || option.equals("writable-cgroups")
              || option.equals("disable")
              || option.contains("=")
              || option.contains(":");
      if (!known) {
        throw new InvalidParameter("invalid --security-opt 1: \"" + option + "\"");
      }
    }
  }

  private static void log(LogConfig log) {
    switch (log.type()) {
      case "", "json-file", "local" -> {}
      case "none" -> {
        return;
      }
      default ->
          throw new NotFound(
              "error looking up logging plugin "
                  + log.type()
                  + ": plugin \""
                  + log.type()
                  + "\" not found");
    }
    Map<String, String> options = log.config();
    for (String option : options == null ? Set.<String>of() : options.keySet()) {
      if (!JSON_FILE_OPTIONS.contains(option)) {
        throw new InvalidParameter(
            "unknown log opt '"
                + option
                + "' for "
                + (log.type().isEmpty() ? "json-file" : log.type())
                + " log driver");
      }
    }
  }
}
