package io.layerd.spec;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;

/** A rate limit, in bytes or operations a second, on one block device. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record ThrottleDevice(@JsonProperty("Path") String path, @JsonProperty("Rate") long rate) {
  public ThrottleDevice {
    path = path == null ? "" : path;
  }
}
