package io.layerd.spec;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The networks a new container is put on, by name. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record NetworkingConfig(
    @JsonProperty("EndpointsConfig") @Nullable Map<String, EndpointSettings> endpointsConfig) {}
