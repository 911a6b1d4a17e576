package io.layerd.spec;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;

/** The empty JSON object, the value type of Docker's sets ({@code "Volumes": {"/data": {}}}). */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonAutoDetect
public record Empty() {
  /** The one value. */
  public static final Empty VALUE = new Empty();
}
