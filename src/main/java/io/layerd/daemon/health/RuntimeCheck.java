package io.layerd.daemon.health;

import io.layerd.daemon.health.DaemonHealth.Subjects;
import io.layerd.runtime.RuntimeInfo;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** Ready: the programs are there that start and watch containers. */
@Readiness
class RuntimeCheck implements HealthCheck {
  private final DaemonHealth health;

  RuntimeCheck(DaemonHealth health) {
    this.health = health;
  }

  @Override
  public HealthCheckResponse call() {
    HealthCheckResponseBuilder answer = HealthCheckResponse.named("runtime");
    Subjects subjects = health.subjects();
    return subjects == null
        ? answer.withData("reason", "not recovered yet").down().build()
        : look(answer, subjects.runtime().info());
  }

  static HealthCheckResponse look(HealthCheckResponseBuilder answer, RuntimeInfo info) {
    String wanted = info.defaultRuntime();
    RuntimeInfo.Program runtime =
        info.runtimes().stream()
            .filter(program -> program.name().equals(wanted))
            .findFirst()
            .orElse(null);
    if (runtime == null) {
      String missing = wanted.isEmpty() ? "neither runc nor crun" : "no " + wanted;
      return answer.withData("reason", missing + " is installed").down().build();
    }
    answer.withData("runtime", runtime.path());
    RuntimeInfo.Program conmon = info.conmon();
    if (conmon == null) {
      return answer.withData("reason", "conmon is not installed").down().build();
    }
    return answer.withData("conmon", conmon.path()).up().build();
  }
}
