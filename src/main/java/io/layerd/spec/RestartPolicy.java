package io.layerd.spec;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;

/** When a container is started again: no, always, unless-stopped, on-failure. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record RestartPolicy(
    @JsonProperty("Name") String name, @JsonProperty("MaximumRetryCount") int maximumRetryCount) {
  public RestartPolicy {
    name = name == null ? "" : name;
  }
}
