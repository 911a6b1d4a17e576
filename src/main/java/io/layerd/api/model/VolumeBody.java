package io.layerd.api.model;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code POST /volumes/create}. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record VolumeBody(
    @JsonProperty("Name") @Nullable String name,
    @JsonProperty("Driver") @Nullable String driver,
    @JsonProperty("DriverOpts") @Nullable Map<String, String> options,
    @JsonProperty("Labels") @Nullable Map<String, String> labels) {}
