package io.layerd.container;

import io.layerd.error.InvalidParameter;
import io.layerd.error.NotFound;
import io.layerd.logs.LogSettings;
import io.layerd.spec.HostConfig;
import io.layerd.spec.PortBinding;
import io.layerd.spec.RestartPolicy;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Refuses a HostConfig that makes no sense, in dockerd's words; what the host's programs and kernel
 * can do is the runtime's to check.
 */
final class HostChecks {
  private HostChecks() {}

  /** Checks everything but mounts; returns warnings. */
  static List<String> check(HostConfig host, ContainerIndex index) {
    List<String> warnings = new ArrayList<>();
    if (host.autoRemove() && !plain(host.restartPolicy())) {
      throw new InvalidParameter("can't create 'AutoRemove' container with restart policy");
    }
    extraHosts(host.extraHosts());
    ports(host.portBindings());
    restartPolicy(host.restartPolicy());
    network(host, warnings);
    others(host, index);
    try {
      LogSettings.check(host.logConfig());
    } catch (NotFound e) {
      // Not found would make the CLI pull the image and ask again.
      throw new InvalidParameter(e.getMessage(), e);
    }
    if (host.mounts() != null
        && host.mounts().stream().anyMatch(mount -> mount.type().equals("image"))) {
      warnings.add("Image mount is an experimental feature");
    }
    return warnings;
  }

  /** {@code name:address}, or {@code name=address}. */
  private static int separator(String host) {
    int colon = host.indexOf(':');
    int equal = host.indexOf('=');
    return equal >= 0 && (colon < 0 || equal < colon) ? equal : colon;
  }

  private static boolean literal(String address) {
    String bare =
        address.startsWith("[") && address.endsWith("]")
            ? address.substring(1, address.length() - 1)
            : address;
    try {
      return !InetAddress.ofLiteral(bare).getHostAddress().isEmpty()
          && (bare.contains(":") || bare.chars().filter(c -> c == '.').count() == 3);
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static boolean plain(RestartPolicy policy) {
    return policy.name().isEmpty() || policy.name().equals("no");
  }

  private static void extraHosts(@org.jspecify.annotations.Nullable List<String> hosts) {
    for (String host : hosts == null ? List.<String>of() : hosts) {
      int colon = separator(host);
      if (colon <= 0) {
        throw new InvalidParameter("bad format for add-host: \"" + host + "\"");
      }
      String address = host.substring(colon + 1);
      if (!address.equals("host-gateway") && !literal(address)) {
        throw new InvalidParameter("invalid IP address in add-host: \"" + address + "\"");
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

  /**
   * @throws InvalidParameter in dockerd's words
   */
  static void restartPolicy(RestartPolicy policy) {
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

  private static void others(HostConfig host, ContainerIndex index) {
    other(host.ipcMode(), index);
    other(host.pidMode(), index);
  }

  private static void other(String mode, ContainerIndex index) {
    if (mode.startsWith("container:") && mode.length() > "container:".length()) {
      try {
        index.get(mode.substring("container:".length()));
      } catch (NotFound e) {
        // Not found would make the CLI pull the image and ask again.
        throw new InvalidParameter(e.getMessage(), e);
      }
    }
  }
}
