package io.layerd.api.model;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * Docker's {@code AuthConfig}, in the body of {@code POST /auth} and in {@code X-Registry-Auth}.
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record AuthBody(
    @JsonProperty("username") String username,
    @JsonProperty("password") String password,
    @JsonProperty("auth") String auth,
    @JsonProperty("serveraddress") String serverAddress,
    @JsonProperty("identitytoken") String identityToken,
    @JsonProperty("registrytoken") String registryToken) {
  public AuthBody {
    username = username == null ? "" : username;
    password = password == null ? "" : password;
    auth = auth == null ? "" : auth;
    serverAddress = serverAddress == null ? "" : serverAddress;
    identityToken = identityToken == null ? "" : identityToken;
    registryToken = registryToken == null ? "" : registryToken;
  }

  /** Never prints a secret. */
  @Override
  public String toString() {
    return "AuthBody[" + username + " at " + serverAddress + "]";
  }
}
