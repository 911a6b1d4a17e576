package io.layerd.api.model;

import com.fasterxml.jackson.annotation.JsonProperty;

/** {@code POST /auth}: the credentials are good. */
public record AuthAnswer(
    @JsonProperty("IdentityToken") String identityToken, @JsonProperty("Status") String status) {}
