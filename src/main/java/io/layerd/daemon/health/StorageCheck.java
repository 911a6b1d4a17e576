package io.layerd.daemon.health;

import io.layerd.daemon.health.DaemonHealth.Subjects;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** Ready: the storage driver's directory is where it was, on the file system it was on. */
@Readiness
class StorageCheck implements HealthCheck {
  private final DaemonHealth health;

  StorageCheck(DaemonHealth health) {
    this.health = health;
  }

  @Override
  public HealthCheckResponse call() {
    HealthCheckResponseBuilder answer = HealthCheckResponse.named("storage driver");
    Subjects subjects = health.subjects();
    if (subjects == null) {
      return answer.withData("reason", "not recovered yet").down().build();
    }
    StorageHome storage = subjects.storage();
    answer.withData("driver", storage.driver()).withData("path", storage.directory().toString());
    if (!storage.unchanged()) {
      return answer
          .withData("reason", "the directory is gone or another: was its disk unmounted?")
          .down()
          .build();
    }
    return answer.up().build();
  }
}
