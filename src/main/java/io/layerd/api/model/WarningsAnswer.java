package io.layerd.api.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code POST /containers/{id}/update}. */
public record WarningsAnswer(@JsonProperty("Warnings") @Nullable List<String> warnings) {}
