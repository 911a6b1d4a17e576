package io.layerd.spec;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;

/** Options of a bind mount. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record BindOptions(
    @JsonProperty("Propagation") @JsonInclude(JsonInclude.Include.NON_EMPTY) String propagation,
    @JsonProperty("NonRecursive") @JsonInclude(JsonInclude.Include.NON_DEFAULT)
        boolean nonRecursive,
    @JsonProperty("CreateMountpoint") @JsonInclude(JsonInclude.Include.NON_DEFAULT)
        boolean createMountpoint,
    @JsonProperty("ReadOnlyNonRecursive") @JsonInclude(JsonInclude.Include.NON_DEFAULT)
        boolean readOnlyNonRecursive,
    @JsonProperty("ReadOnlyForceRecursive") @JsonInclude(JsonInclude.Include.NON_DEFAULT)
        boolean readOnlyForceRecursive) {
  public BindOptions {
    propagation = propagation == null ? "" : propagation;
  }
}
