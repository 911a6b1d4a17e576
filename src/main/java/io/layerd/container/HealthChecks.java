package io.layerd.container;

import io.layerd.error.EngineException;
import io.layerd.runtime.ContainerRuntime.RunningProcess;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Checks running containers at their intervals. Each container has one check at a time, on a thread
 * of its own; between checks there is only a timer. A daemon that comes back goes on with the state
 * it finds on disk.
 */
final class HealthChecks {
  private static final Logger LOG = Logger.getLogger(HealthChecks.class);

  private final Rooms rooms;
  private final HealthProbe probe;

  HealthChecks(Rooms rooms, HealthProbe probe) {
    this.rooms = rooms;
    this.probe = probe;
  }

  /** A container starts anew: what was found before stays in the log only. Call with its lock. */
  static void reset(Container container) {
    Health before = container.health;
    container.health =
        HealthPlan.of(container.config) == null
            ? null
            : new Health(Health.STARTING, 0, before == null ? List.of() : before.log());
  }

  /** The process runs, since now or since before this daemon: call with the container's lock. */
  void begin(Container container, RunningProcess process) {
    HealthPlan plan = HealthPlan.of(container.config);
    if (plan == null) {
      container.health = null;
      return;
    }
    if (container.health == null) {
      reset(container);
    }
    schedule(container, process, plan);
  }

  /** The process has ended: call with the container's lock. */
  static void end(Container container) {
    Health health = container.health;
    if (health != null) {
      container.health = health.withStatus(Health.UNHEALTHY);
    }
  }

  private void schedule(Container container, RunningProcess process, HealthPlan plan) {
    Health health = container.health;
    if (health == null) {
      return;
    }
    Duration pause = plan.pause(health, container.state.startedAt().instant(), Instant.now());
    try {
      var _ =
          rooms
              .timer()
              .schedule(
                  () -> launch(container, process, plan), pause.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("the daemon ends: no more health checks");
    }
  }

  private void launch(Container container, RunningProcess process, HealthPlan plan) {
    if (container.process != process || process.exit().isDone()) {
      return;
    }
    if (container.state.paused()) {
      schedule(container, process, plan);
      return;
    }
    Thread.ofPlatform()
        .daemon()
        .name("health check " + container.shortId())
        .start(() -> check(container, process, plan));
  }

  private void check(Container container, RunningProcess process, HealthPlan plan) {
    try {
      Health.Check check = probe.run(container, plan);
      container.lock.lock();
      try {
        if (container.process == process && !process.exit().isDone()) {
          apply(container, check, plan);
          schedule(container, process, plan);
        }
      } finally {
        container.lock.unlock();
      }
    } catch (RuntimeException e) {
      LOG.errorf(e, "container %s is checked no more", container.shortId());
    }
  }

  private void apply(Container container, Health.Check check, HealthPlan plan) {
    Health before = container.health;
    if (before == null || container.state.paused()) {
      // frozen in the middle of a check: its failure says nothing
      return;
    }
    boolean counts =
        !plan.starting(before, container.state.startedAt().instant(), check.start().instant());
    Health after = before.after(check, plan.retries(), counts);
    container.health = after;
    if (!after.status().equals(before.status())) {
      try {
        rooms.files().save(container);
      } catch (EngineException e) {
        LOG.errorf("container %s: %s", container.shortId(), e.getMessage());
      }
      rooms.events().publish(container, "health_status: " + after.status());
    }
  }
}
