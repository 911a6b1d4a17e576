package io.layerd.api.model;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/** {@code POST /containers/{id}/checkpoints}. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record CheckpointBody(
    @JsonProperty("CheckpointID") @Nullable String name,
    @JsonProperty("CheckpointDir") @Nullable String directory,
    @JsonProperty("Exit") boolean exit) {}
