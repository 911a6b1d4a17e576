package io.layerd.registry;

import org.jspecify.annotations.Nullable;

/**
 * What {@code X-Registry-Auth} holds: user and password, or an identity or registry token. All null
 * is anonymous.
 *
 * @param identityToken an OAuth2 refresh token
 * @param registryToken a ready bearer token
 */
public record RegistryCredentials(
    @Nullable String username,
    @Nullable String password,
    @Nullable String identityToken,
    @Nullable String registryToken) {
  public static final RegistryCredentials ANONYMOUS =
      new RegistryCredentials(null, null, null, null);

  /** Never prints a secret. */
  @Override
  public String toString() {
    return "RegistryCredentials[" + username + "]";
  }
}
