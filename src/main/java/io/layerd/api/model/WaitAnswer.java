package io.layerd.api.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/** {@code POST /containers/{id}/wait}. */
public record WaitAnswer(
    @JsonProperty("Error") @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Message error,
    @JsonProperty("StatusCode") int statusCode) {
  public record Message(@JsonProperty("Message") String message) {}
}
