package io.layerd.api.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.layerd.container.ExecSnapshot;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code GET /exec/{id}/json}. */
public record ExecInspect(
    @JsonProperty("ID") String id,
    @JsonProperty("Running") boolean running,
    @JsonProperty("ExitCode") @Nullable Integer exitCode,
    @JsonProperty("ProcessConfig") Command process,
    @JsonProperty("OpenStdin") boolean openStdin,
    @JsonProperty("OpenStderr") boolean openStderr,
    @JsonProperty("OpenStdout") boolean openStdout,
    @JsonProperty("CanRemove") boolean canRemove,
    @JsonProperty("ContainerID") String containerId,
    @JsonProperty("DetachKeys") byte[] detachKeys,
    @JsonProperty("Pid") int pid) {
  public record Command(
      @JsonProperty("tty") boolean tty,
      @JsonProperty("entrypoint") String entrypoint,
      @JsonProperty("arguments") List<String> arguments,
      @JsonProperty("privileged") boolean privileged,
      @JsonProperty("user") @JsonInclude(JsonInclude.Include.NON_EMPTY) String user) {}

  public static ExecInspect of(ExecSnapshot exec) {
    return new ExecInspect(
        exec.id(),
        exec.running(),
        exec.exitCode(),
        new Command(
            exec.config().tty(),
            exec.path(),
            exec.args(),
            exec.config().privileged(),
            exec.config().user()),
        exec.config().attachStdin(),
        exec.config().attachStderr(),
        exec.config().attachStdout(),
        exec.canRemove(),
        exec.containerId(),
        keys(exec.config().detachKeys()),
        exec.pid());
  }

  /** {@code ctrl-p,ctrl-q} as the bytes a terminal sends. */
  private static byte[] keys(String text) {
    if (text.isEmpty()) {
      return new byte[0];
    }
    String[] keys = text.split(",", -1);
    byte[] bytes = new byte[keys.length];
    for (int i = 0; i < keys.length; i++) {
      String key = keys[i];
      char last = key.isEmpty() ? 0 : key.charAt(key.length() - 1);
      bytes[i] = (byte) (key.startsWith("ctrl-") ? last & 0x1f : last);
    }
    return bytes;
  }
}
