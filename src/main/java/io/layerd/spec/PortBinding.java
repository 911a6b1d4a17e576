package io.layerd.spec;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * A host address and port that a container port is published on; an empty port means any free one.
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record PortBinding(
    @JsonProperty("HostIp") String hostIp, @JsonProperty("HostPort") String hostPort) {
  public PortBinding {
    hostIp = hostIp == null ? "" : hostIp;
    hostPort = hostPort == null ? "" : hostPort;
  }
}
