package io.layerd.container;

import io.layerd.runtime.ContainerRuntime.ExitStatus;
import io.layerd.runtime.ContainerRuntime.RunningProcess;
import io.layerd.spec.RestartPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** What happens when a container's process ends: cleaning up, telling, restart or auto-remove. */
final class ExitHandler {
  private static final Logger LOG = Logger.getLogger(ExitHandler.class);

  private final Rooms rooms;
  private final Teardown teardown;
  private final ExecTable execs;
  private final HealthChecks health;
  private volatile boolean daemonEnds;

  /** Starts again, removes: set once, since those operations need this one. */
  interface Next {
    void restart(Container container);

    void autoRemove(Container container);
  }

  private volatile Next next =
      new Next() {
        @Override
        public void restart(Container container) {}

        @Override
        public void autoRemove(Container container) {}
      };

  ExitHandler(Rooms rooms, Teardown teardown, ExecTable execs, HealthChecks health) {
    this.rooms = rooms;
    this.teardown = teardown;
    this.execs = execs;
    this.health = health;
  }

  void then(Next operations) {
    next = operations;
  }

  /**
   * Checks the health of a process while it runs, and handles its end, on a worker, when it comes.
   * Call with the container's lock held.
   */
  void watch(Container container, RunningProcess process) {
    if (!process.exit().isDone()) {
      health.begin(container, process);
    }
    process
        .exit()
        .whenCompleteAsync(
            (status, failure) -> {
              if (failure != null) {
                LOG.errorf(failure, "container %s: its end is unknown", container.shortId());
              }
              ended(
                  container,
                  process,
                  status == null ? new ExitStatus(255, false, Instant.now()) : status);
            },
            rooms.work());
  }

  /** Cleans up after a process; a second call for the same process does nothing. */
  void ended(Container container, RunningProcess process, ExitStatus status) {
    boolean again;
    boolean remove;
    container.lock.lock();
    try {
      if (container.process != process) {
        return;
      }
      Instant started = container.state.startedAt().instant();
      Duration run = Duration.between(started, status.finishedAt());
      // Before anybody hears of the end: who reads the log then finds all of it.
      rooms.logs().end(container);
      CompletableFuture<Void> letGo = teardown.all(container);
      container.process = null;
      again = wantsRestart(container, status.exitCode());
      container.state =
          container.state.ended(status.exitCode(), status.oomKilled(), status.finishedAt(), again);
      HealthChecks.end(container);
      execs.dropOf(container.id);
      remove = !again && container.host.autoRemove() && !container.restartAsked;
      if (status.oomKilled()) {
        rooms.events().publish(container, "oom");
      }
      rooms
          .events()
          .publish(
              container,
              "die",
              Map.of(
                  "exitCode",
                  String.valueOf(status.exitCode()),
                  "execDuration",
                  String.valueOf(Math.max(0, run.toSeconds()))));
      if (again) {
        schedule(container, container.backOff.after(run));
      }
      if (!remove) {
        save(container);
      }
      letGo.join();
      teardown.runtime(container);
    } finally {
      container.lock.unlock();
    }
    container.waiters.exited(status.exitCode());
    if (remove) {
      next.autoRemove(container);
    }
  }

  /** A start failed with the lock held: the state is kept, an auto-remove container goes. */
  void startFailed(Container container) {
    if (container.host.autoRemove() && !container.restartAsked) {
      rooms.work().execute(() -> next.autoRemove(container));
    } else {
      save(container);
    }
  }

  private void save(Container container) {
    try {
      rooms.files().save(container);
    } catch (RuntimeException e) {
      // The process has ended all the same; the next daemon finds that out by itself.
      LOG.errorf("container %s: %s", container.shortId(), e.getMessage());
    }
  }

  /** The daemon ends: restarts are left to the next one. */
  void end() {
    daemonEnds = true;
  }

  private boolean wantsRestart(Container container, int exitCode) {
    if (daemonEnds || container.exitOnNext || container.state.removing()) {
      return false;
    }
    RestartPolicy policy = container.host.restartPolicy();
    return switch (policy.name()) {
      case "always" -> true;
      case "unless-stopped" -> !container.manuallyStopped;
      case "on-failure" ->
          exitCode != 0
              && (policy.maximumRetryCount() == 0
                  || container.restartCount < policy.maximumRetryCount());
      default -> false;
    };
  }

  private void schedule(Container container, Duration delay) {
    container.restartCount++;
    container.pendingRestart =
        rooms
            .timer()
            .schedule(
                () -> rooms.work().execute(() -> next.restart(container)),
                delay.toMillis(),
                TimeUnit.MILLISECONDS);
  }

  /**
   * Gives up a restart that waits; call with the lock held.
   *
   * @return whether there was one
   */
  boolean cancelRestart(Container container) {
    var pending = container.pendingRestart;
    container.pendingRestart = null;
    if (pending != null) {
      pending.cancel(false);
    }
    if (!container.state.restarting()) {
      return false;
    }
    container.state = container.state.withoutRestart();
    save(container);
    return true;
  }
}
