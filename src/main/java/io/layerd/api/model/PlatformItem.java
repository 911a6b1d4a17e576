package io.layerd.api.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.layerd.oci.Platform;
import org.jspecify.annotations.Nullable;

/** A platform in an answer. */
public record PlatformItem(
    @JsonProperty("architecture") String architecture,
    @JsonProperty("os") String os,
    @JsonProperty("os.version") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        @Nullable String osVersion,
    @JsonProperty("variant") @JsonInclude(JsonInclude.Include.NON_EMPTY) @Nullable String variant) {
  static PlatformItem of(Platform platform) {
    return new PlatformItem(
        platform.architecture(), platform.os(), platform.osVersion(), platform.variant());
  }
}
