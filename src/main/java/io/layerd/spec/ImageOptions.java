package io.layerd.spec;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;

/** Options of an image mount. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record ImageOptions(
    @JsonProperty("Subpath") @JsonInclude(JsonInclude.Include.NON_EMPTY) String subpath) {
  public ImageOptions {
    subpath = subpath == null ? "" : subpath;
  }
}
