package io.layerd.dockerfile;

import io.layerd.spec.HealthConfig;
import java.util.List;

/** A health check as dockerd's history shows it: a printed Go structure. */
final class HealthText {
  private HealthText() {}

  static String of(HealthConfig health) {
    List<String> test = health.test() == null ? List.of() : health.test();
    return "&{["
        + String.join(" ", test)
        + "] "
        + GoDuration.text(health.interval())
        + " "
        + GoDuration.text(health.timeout())
        + " "
        + GoDuration.text(health.startPeriod())
        + " "
        + GoDuration.text(health.startInterval())
        + " "
        + health.retries()
        + "}";
  }
}
