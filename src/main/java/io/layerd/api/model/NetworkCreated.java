package io.layerd.api.model;

import com.fasterxml.jackson.annotation.JsonProperty;

/** The answer of {@code POST /networks/create}. */
public record NetworkCreated(
    @JsonProperty("Id") String id, @JsonProperty("Warning") String warning) {}
