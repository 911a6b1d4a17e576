package io.layerd.api.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/** {@code GET /containers/{id}/top}. */
public record TopAnswer(
    @JsonProperty("Processes") List<List<String>> processes,
    @JsonProperty("Titles") List<String> titles) {}
