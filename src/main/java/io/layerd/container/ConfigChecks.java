package io.layerd.container;

import io.layerd.error.InvalidParameter;
import io.layerd.spec.ContainerConfig;
import io.layerd.spec.HealthConfig;
import io.layerd.spec.HostConfig;
import io.layerd.spec.Signals;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Refuses a Config that makes no sense, alone or with its HostConfig, in dockerd's words. */
final class ConfigChecks {
  private static final long SHORTEST = Duration.ofMillis(1).toNanos();

  private ConfigChecks() {}

  /**
   * @param warnings more are added
   */
  static void check(ContainerConfig config, HostConfig host, List<String> warnings) {
    if (!config.workingDir().isEmpty() && !config.workingDir().startsWith("/")) {
      throw new InvalidParameter(
          "the working directory '"
              + config.workingDir()
              + "' is invalid, it needs to be an absolute path");
    }
    if (!config.stopSignal().isEmpty()) {
      Signals.parse(config.stopSignal());
    }
    if (config.exposedPorts() != null) {
      config.exposedPorts().keySet().forEach(PortRange::parse);
    }
    health(config.healthcheck());
    names(config, host);
    if (!config.macAddress().isEmpty()) {
      warnings.add(
          "The container-wide MacAddress field is now deprecated. It should be specified in"
              + " EndpointsConfig instead.");
    }
  }

  private static void health(@Nullable HealthConfig health) {
    if (health == null) {
      return;
    }
    duration("Interval", health.interval());
    duration("Timeout", health.timeout());
    if (health.retries() < 0) {
      throw new InvalidParameter("Retries in Healthcheck cannot be negative");
    }
    duration("StartPeriod", health.startPeriod());
    duration("StartInterval", health.startInterval());
  }

  private static void duration(String what, long nanos) {
    if (nanos != 0 && nanos < SHORTEST) {
      throw new InvalidParameter(what + " in Healthcheck cannot be less than 1ms");
    }
  }

  private static void names(ContainerConfig config, HostConfig host) {
    boolean joined = host.networkMode().startsWith("container:");
    if (!config.hostname().isEmpty()) {
      if (joined) {
        throw new InvalidParameter("conflicting options: hostname and the network mode");
      }
      if (host.utsMode().equals("host")) {
        throw new InvalidParameter("conflicting options: hostname and the UTS mode");
      }
    }
    // Who publishes a port exposes it as well, and is told of the former.
    boolean published = host.portBindings() != null && !host.portBindings().isEmpty();
    if (joined && !published && config.exposedPorts() != null && !config.exposedPorts().isEmpty()) {
      throw new InvalidParameter(
          "conflicting options: port exposing and the container type network mode");
    }
  }
}
