package io.layerd.daemon.health;

import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Startup;

/** Started: images, layers, networks and containers have recovered. */
@Startup
class RecoveryCheck implements HealthCheck {
  private final DaemonHealth health;

  RecoveryCheck(DaemonHealth health) {
    this.health = health;
  }

  @Override
  public HealthCheckResponse call() {
    return HealthCheckResponse.named("recovery").status(health.subjects() != null).build();
  }
}
