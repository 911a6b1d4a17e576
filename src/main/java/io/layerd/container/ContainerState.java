package io.layerd.container;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;

/**
 * What a container's process is doing, in the fields of dockerd's {@code State} object.
 *
 * @param pid host pid, 0 if there is no process
 * @param error why the last start failed; empty if it did not
 * @param startedAt {@link #NEVER} if it never was
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record ContainerState(
    @JsonProperty("Running") boolean running,
    @JsonProperty("Paused") boolean paused,
    @JsonProperty("Restarting") boolean restarting,
    @JsonProperty("OOMKilled") boolean oomKilled,
    @JsonProperty("RemovalInProgress") boolean removing,
    @JsonProperty("Dead") boolean dead,
    @JsonProperty("Pid") int pid,
    @JsonProperty("ExitCode") int exitCode,
    @JsonProperty("Error") String error,
    @JsonProperty("StartedAt") GoTime startedAt,
    @JsonProperty("FinishedAt") GoTime finishedAt) {
  /** Go's zero time, which stands for "never". */
  public static final Instant NEVER = Instant.parse("0001-01-01T00:00:00Z");

  public ContainerState {
    error = error == null ? "" : error;
    startedAt = startedAt == null ? new GoTime(NEVER) : startedAt;
    finishedAt = finishedAt == null ? new GoTime(NEVER) : finishedAt;
  }

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
}
