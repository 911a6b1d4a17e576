package io.layerd.api.model;

import com.fasterxml.jackson.annotation.JsonProperty;

/** One of {@code GET /containers/{id}/checkpoints}. */
public record CheckpointItem(@JsonProperty("Name") String name) {}
