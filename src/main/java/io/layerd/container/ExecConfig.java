package io.layerd.container;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What {@code POST /containers/{id}/exec} holds. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record ExecConfig(
    @JsonProperty("User") String user,
    @JsonProperty("Privileged") boolean privileged,
    @JsonProperty("Tty") boolean tty,
    @JsonProperty("ConsoleSize") @Nullable List<Integer> consoleSize,
    @JsonProperty("AttachStdin") boolean attachStdin,
    @JsonProperty("AttachStdout") boolean attachStdout,
    @JsonProperty("AttachStderr") boolean attachStderr,
    @JsonProperty("Detach") boolean detach,
    @JsonProperty("DetachKeys") String detachKeys,
    @JsonProperty("Env") @Nullable List<String> env,
    @JsonProperty("WorkingDir") String workingDir,
    @JsonProperty("Cmd") @Nullable List<String> cmd) {
  public ExecConfig {
    user = user == null ? "" : user;
    detachKeys = detachKeys == null ? "" : detachKeys;
    workingDir = workingDir == null ? "" : workingDir;
  }
}
