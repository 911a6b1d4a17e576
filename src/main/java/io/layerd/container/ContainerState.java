package io.layerd.container;

import java.time.Instant;

/**
 * What a container's process is doing, in the fields of dockerd's {@code State} object.
 *
 * @param pid host pid, 0 if there is no process
 * @param error why the last start failed; empty if it did not
 * @param startedAt {@link #NEVER} if it never was
 */
public record ContainerState(
    boolean running,
    boolean paused,
    boolean restarting,
    boolean oomKilled,
    boolean removing,
    boolean dead,
    int pid,
    int exitCode,
    String error,
    GoTime startedAt,
    GoTime finishedAt) {
  /** Go's zero time, which stands for "never". */
  public static final Instant NEVER = Instant.parse("0001-01-01T00:00:00Z");

  /** Of a container that was never started. */
  static ContainerState created() {
    return new ContainerState(
        false, false, false, false, false, false, 0, 0, "", new GoTime(NEVER), new GoTime(NEVER));
  }

  /** {@code created, running, paused, restarting, removing, exited} or {@code dead}. */
  public String status() {
    if (running) {
      return paused ? "paused" : restarting ? "restarting" : "running";
    }
    if (removing) {
      return "removing";
    }
    if (dead) {
      return "dead";
    }
    return startedAt.never() ? "created" : "exited";
  }

  /** A process runs since now. */
  ContainerState started(int newPid) {
    return new ContainerState(
        true, false, false, false, false, false, newPid, 0, "", GoTime.now(), finishedAt);
  }

  /** The process has ended; while {@code again}, it will be started once more. */
  ContainerState ended(int code, boolean oom, Instant when, boolean again) {
    return new ContainerState(
        again, false, again, oom, removing, dead, 0, code, error, startedAt, new GoTime(when));
  }

  ContainerState startFailed(int code, String message) {
    return new ContainerState(
        false, false, false, false, removing, dead, 0, code, message, startedAt, finishedAt);
  }

  ContainerState withPaused(boolean now) {
    return new ContainerState(
        running,
        now,
        restarting,
        oomKilled,
        removing,
        dead,
        pid,
        exitCode,
        error,
        startedAt,
        finishedAt);
  }

  ContainerState withRemoving(boolean now) {
    return new ContainerState(
        running,
        paused,
        restarting,
        oomKilled,
        now,
        dead,
        pid,
        exitCode,
        error,
        startedAt,
        finishedAt);
  }

  ContainerState withPid(int now) {
    return new ContainerState(
        running,
        paused,
        restarting,
        oomKilled,
        removing,
        dead,
        now,
        exitCode,
        error,
        startedAt,
        finishedAt);
  }

  ContainerState asDead() {
    return new ContainerState(
        false, false, false, oomKilled, false, true, 0, exitCode, error, startedAt, finishedAt);
  }

  /** A restart that waited is given up. */
  ContainerState withoutRestart() {
    return new ContainerState(
        false, false, false, oomKilled, removing, dead, 0, exitCode, error, startedAt, finishedAt);
  }
}
