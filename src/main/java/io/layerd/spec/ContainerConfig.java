package io.layerd.spec;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What runs in a container, and what an image says of it: Docker's {@code Config} object. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record ContainerConfig(
    @JsonProperty("Hostname") String hostname,
    @JsonProperty("Domainname") String domainname,
    @JsonProperty("User") String user,
    @JsonProperty("AttachStdin") boolean attachStdin,
    @JsonProperty("AttachStdout") boolean attachStdout,
    @JsonProperty("AttachStderr") boolean attachStderr,
    @JsonProperty("ExposedPorts") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        @Nullable Map<String, Empty> exposedPorts,
    @JsonProperty("Tty") boolean tty,
    @JsonProperty("OpenStdin") boolean openStdin,
    @JsonProperty("StdinOnce") boolean stdinOnce,
    @JsonProperty("Env") @Nullable List<String> env,
    @JsonProperty("Cmd") @Nullable List<String> cmd,
    @JsonProperty("Healthcheck") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        @Nullable HealthConfig healthcheck,
    @JsonProperty("ArgsEscaped") @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean argsEscaped,
    @JsonProperty("Image") String image,
    @JsonProperty("Volumes") @Nullable Map<String, Empty> volumes,
    @JsonProperty("WorkingDir") String workingDir,
    @JsonProperty("Entrypoint") @Nullable List<String> entrypoint,
    @JsonProperty("NetworkDisabled") @JsonInclude(JsonInclude.Include.NON_DEFAULT)
        boolean networkDisabled,
    @JsonProperty("MacAddress") @JsonInclude(JsonInclude.Include.NON_EMPTY) String macAddress,
    @JsonProperty("OnBuild") @Nullable List<String> onBuild,
    @JsonProperty("Labels") @Nullable Map<String, String> labels,
    @JsonProperty("StopSignal") @JsonInclude(JsonInclude.Include.NON_EMPTY) String stopSignal,
    @JsonProperty("StopTimeout") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        @Nullable Integer stopTimeout,
    @JsonProperty("Shell") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        @Nullable List<String> shell) {
  public ContainerConfig {
    hostname = hostname == null ? "" : hostname;
    domainname = domainname == null ? "" : domainname;
    user = user == null ? "" : user;
    image = image == null ? "" : image;
    workingDir = workingDir == null ? "" : workingDir;
    macAddress = macAddress == null ? "" : macAddress;
    stopSignal = stopSignal == null ? "" : stopSignal;
  }
}
