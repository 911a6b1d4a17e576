package io.layerd.container;

import io.layerd.spec.ContainerConfig;
import io.layerd.spec.HealthConfig;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a container wants to be checked, with dockerd's defaults for what it leaves open. */
record HealthPlan(
    List<String> command,
    Duration interval,
    Duration timeout,
    Duration startPeriod,
    Duration startInterval,
    int retries) {
  private static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(30);
  private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);
  private static final Duration DEFAULT_START_INTERVAL = Duration.ofSeconds(5);
  private static final int DEFAULT_RETRIES = 3;

  /** Null if it is not to be checked. */
  static @Nullable HealthPlan of(ContainerConfig config) {
    HealthConfig health = config.healthcheck();
    List<String> test = health == null ? null : health.test();
    if (health == null || test == null || test.isEmpty()) {
      return null;
    }
    List<String> command = new ArrayList<>();
    switch (test.getFirst()) {
      case "CMD" -> {}
      case "CMD-SHELL" ->
          command.addAll(config.shell() == null ? List.of("/bin/sh", "-c") : config.shell());
      default -> {
        return null;
      }
    }
    command.addAll(test.subList(1, test.size()));
    return new HealthPlan(
        command,
        or(health.interval(), DEFAULT_INTERVAL),
        or(health.timeout(), DEFAULT_TIMEOUT),
        Duration.ofNanos(health.startPeriod()),
        or(health.startInterval(), DEFAULT_START_INTERVAL),
        health.retries() == 0 ? DEFAULT_RETRIES : health.retries());
  }

  private static Duration or(long nanos, Duration otherwise) {
    return nanos == 0 ? otherwise : Duration.ofNanos(nanos);
  }

  /** Whether a container is still given time to start. */
  boolean starting(Health health, Instant started, Instant now) {
    return health.status().equals(Health.STARTING) && now.isBefore(started.plus(startPeriod));
  }

  /** How long to wait for the next check. */
  Duration pause(Health health, Instant started, Instant now) {
    return starting(health, started, now) ? startInterval : interval;
  }
}
