package io.layerd.api.model;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.layerd.spec.HostConfig;
import io.layerd.spec.NetworkingConfig;
import org.jspecify.annotations.Nullable;

/** What comes beside the configuration in {@code POST /containers/create}. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record CreateBody(
    @JsonProperty("HostConfig") @Nullable HostConfig host,
    @JsonProperty("NetworkingConfig") @Nullable NetworkingConfig networking) {}
