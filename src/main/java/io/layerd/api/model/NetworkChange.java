package io.layerd.api.model;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.layerd.spec.EndpointSettings;
import org.jspecify.annotations.Nullable;

/** {@code POST /networks/{id}/connect} and {@code /disconnect}. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record NetworkChange(
    @JsonProperty("Container") @Nullable String container,
    @JsonProperty("EndpointConfig") @Nullable EndpointSettings endpoint,
    @JsonProperty("Force") boolean force) {}
