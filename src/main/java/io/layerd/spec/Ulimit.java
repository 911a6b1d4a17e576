package io.layerd.spec;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;

/** A resource limit of the processes in a container. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Ulimit(
    @JsonProperty("Name") String name,
    @JsonProperty("Hard") long hard,
    @JsonProperty("Soft") long soft) {
  public Ulimit {
    name = name == null ? "" : name;
  }
}
