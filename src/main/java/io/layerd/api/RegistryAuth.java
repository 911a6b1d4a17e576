package io.layerd.api;

import io.layerd.api.model.AuthBody;
import io.layerd.registry.RegistryCredentials;
import io.layerd.spec.SpecJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * The {@code X-Registry-Auth} header: base64 of a JSON object. What cannot be read counts as
 * anonymous, as in dockerd.
 */
public final class RegistryAuth {
  private RegistryAuth() {}

  /** Credentials from the header; anonymous without one. */
  public static RegistryCredentials decode(@Nullable String header) {
    if (header == null || header.isEmpty()) {
      return RegistryCredentials.ANONYMOUS;
    }
    try {
      String standard = header.trim().replace('-', '+').replace('_', '/').replace("=", "");
      AuthBody config =
          SpecJson.MAPPER.readValue(Base64.getDecoder().decode(standard), AuthBody.class);
      return config == null ? RegistryCredentials.ANONYMOUS : of(config);
    } catch (IOException | IllegalArgumentException e) {
      return RegistryCredentials.ANONYMOUS;
    }
  }

  /** Credentials from an {@code AuthConfig}; {@code auth} holds user and password together. */
  static RegistryCredentials of(AuthBody config) {
    String username = config.username();
    String password = config.password();
    if (username.isEmpty() && !config.auth().isEmpty()) {
      String both = new String(Base64.getDecoder().decode(config.auth()), StandardCharsets.UTF_8);
      int colon = both.indexOf(':');
      if (colon > 0) {
        username = both.substring(0, colon);
        password = both.substring(colon + 1);
      }
    }
    return new RegistryCredentials(
        orNull(username),
        orNull(password),
        orNull(config.identityToken()),
        orNull(config.registryToken()));
  }

  private static @Nullable String orNull(String text) {
    return text.isEmpty() ? null : text;
  }
}
