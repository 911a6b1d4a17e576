package io.layerd.container;

import io.layerd.container.ContainerService.WaitResult;
import io.layerd.error.Conflict;
import io.layerd.error.EngineException;
import io.layerd.error.NotModified;
import io.layerd.error.SystemFailure;
import io.layerd.spec.Signals;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Kill and stop. */
final class SignalContainer {
  private static final Logger LOG = Logger.getLogger(SignalContainer.class);

  /** How long the kernel may take to end a killed process before we say so. */
  private static final int KILL_PATIENCE_SECONDS = 30;

  private final Rooms rooms;
  private final ExitHandler exits;
  private volatile boolean daemonEnds;

  SignalContainer(Rooms rooms, ExitHandler exits) {
    this.rooms = rooms;
    this.exits = exits;
  }

  CompletableFuture<Void> kill(String ref, Container container, @Nullable String signal) {
    int number;
    try {
      number = signal == null || signal.isEmpty() ? Signals.KILL : Signals.parse(signal);
    } catch (EngineException e) {
      throw Rewording.prefix("cannot kill container: " + ref + ": ", e);
    }
    CompletableFuture<WaitResult> exit;
    container.lock.lock();
    try {
      if (!container.running()) {
        throw new Conflict(
            "cannot kill container: " + ref + ": container " + container.id + " is not running");
      }
      exit = container.waiters.add(false, 0);
      if (send(container, number)) {
        exit.complete(new WaitResult(container.state.exitCode(), null));
      }
    } finally {
      container.lock.unlock();
    }
    if (exit.isDone()) {
      container.waiters.exited(container.state.exitCode());
    }
    return number == Signals.KILL
        ? ended(container, exit)
        : CompletableFuture.completedFuture(null);
  }

  CompletableFuture<Void> stop(
      String ref, Container container, @Nullable String signal, @Nullable Integer timeout) {
    int number = stopSignal(ref, container, signal);
    int seconds = timeout == null ? patience(container) : timeout;
    CompletableFuture<WaitResult> exit;
    container.lock.lock();
    try {
      if (!container.running()) {
        throw new NotModified("container " + container.id + " is already stopped");
      }
      exit = container.waiters.add(false, 0);
      if (send(container, number)) {
        exit.complete(new WaitResult(container.state.exitCode(), null));
      }
    } finally {
      container.lock.unlock();
    }
    if (exit.isDone()) {
      container.waiters.exited(container.state.exitCode());
    } else if (seconds >= 0) {
      escalate(container, exit, seconds);
    }
    return exit.thenRun(() -> rooms.events().publish(container, "stop"));
  }

  /** The daemon ends: what is stopped from now on was not stopped by its user. */
  void end() {
    daemonEnds = true;
  }

  /** Seconds between a container's stop signal and its end by force; negative for no end. */
  static int patience(Container container) {
    Integer own = container.config.stopTimeout();
    return own == null ? (int) ContainerService.DEFAULT_STOP_TIMEOUT.toSeconds() : own;
  }

  private static int stopSignal(String ref, Container container, @Nullable String asked) {
    if (asked != null && !asked.isEmpty()) {
      try {
        return Signals.parse(asked);
      } catch (EngineException e) {
        throw Rewording.prefix("cannot stop container: " + ref + ": ", e);
      }
    }
    String own = container.config.stopSignal();
    return own.isEmpty() ? Signals.TERM : Signals.parse(own);
  }

  private void escalate(Container container, CompletableFuture<WaitResult> exit, long seconds) {
    Future<?> timeout =
        rooms
            .timer()
            .schedule(
                () -> rooms.work().execute(() -> forceAfterTimeout(container, exit)),
                seconds,
                TimeUnit.SECONDS);
    exit.whenComplete((_, _) -> timeout.cancel(false));
  }

  private void forceAfterTimeout(Container container, CompletableFuture<WaitResult> exit) {
    container.lock.lock();
    try {
      if (exit.isDone() || !container.running()) {
        return;
      }
      LOG.infof("container %s did not stop in time and is killed", container.shortId());
      send(container, Signals.KILL);
    } catch (EngineException e) {
      exit.completeExceptionally(e);
    } finally {
      container.lock.unlock();
    }
    failUnlessEnded(exit);
  }

  /** Kills it, for a forced removal; the future is done when it was cleaned up. */
  CompletableFuture<Void> force(Container container) {
    CompletableFuture<WaitResult> exit;
    container.lock.lock();
    try {
      if (!container.running()) {
        return CompletableFuture.completedFuture(null);
      }
      exit = container.waiters.add(false, 0);
      if (send(container, Signals.KILL)) {
        return CompletableFuture.completedFuture(null);
      }
    } finally {
      container.lock.unlock();
    }
    return ended(container, exit);
  }

  private CompletableFuture<Void> ended(Container container, CompletableFuture<WaitResult> exit) {
    failUnlessEnded(exit);
    return exit.thenRun(() -> LOG.debugf("container %s was killed", container.shortId()));
  }

  private void failUnlessEnded(CompletableFuture<WaitResult> exit) {
    Future<?> alarm =
        rooms
            .timer()
            .schedule(
                () ->
                    exit.completeExceptionally(
                        new SystemFailure(
                            "tried to kill container, but did not receive an exit event")),
                KILL_PATIENCE_SECONDS,
                TimeUnit.SECONDS);
    exit.whenComplete((_, _) -> alarm.cancel(false));
  }

  /**
   * Sends a signal with the lock held.
   *
   * @return true if there was no process, only a restart that waited; it was given up
   */
  private boolean send(Container container, int signal) {
    String own = container.config.stopSignal();
    boolean stops = signal == Signals.KILL || own.isEmpty() || Signals.parse(own) == signal;
    container.manuallyStopped |= !daemonEnds;
    if (exits.cancelRestart(container)) {
      return true;
    }
    if (stops) {
      container.exitOnNext = true;
    }
    try {
      rooms.runtime().kill(container.id, signal);
    } catch (Conflict e) {
      // It ended by itself in this moment; its end is on the way.
      LOG.debugf("container %s: %s", container.shortId(), e.getMessage());
    }
    if (stops && container.state.paused()) {
      resume(container, signal);
      container.state = container.state.withPaused(false);
    }
    rooms.events().publish(container, "kill", Map.of("signal", String.valueOf(signal)));
    return false;
  }

  private void resume(Container container, int signal) {
    try {
      rooms.runtime().resume(container.id);
    } catch (SystemFailure e) {
      // With cgroup v2 a frozen process dies at once: then nothing is left to resume.
      if (signal != Signals.KILL) {
        throw e;
      }
      LOG.debugf("container %s: %s", container.shortId(), e.getMessage());
    }
  }
}
