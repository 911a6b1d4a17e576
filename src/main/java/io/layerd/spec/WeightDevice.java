package io.layerd.spec;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;

/** A block I/O weight for one device. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record WeightDevice(@JsonProperty("Path") String path, @JsonProperty("Weight") int weight) {
  public WeightDevice {
    path = path == null ? "" : path;
  }
}
