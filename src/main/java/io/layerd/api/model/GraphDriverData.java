package io.layerd.api.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where a storage driver keeps a layer. */
public record GraphDriverData(
    @JsonProperty("Data") @Nullable Map<String, String> data, @JsonProperty("Name") String name) {}
