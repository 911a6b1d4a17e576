package io.layerd.api.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/** {@code POST /containers/create}. */
public record Created(
    @JsonProperty("Id") String id, @JsonProperty("Warnings") List<String> warnings) {}
