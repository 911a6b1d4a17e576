package io.layerd.api;

import com.fasterxml.jackson.databind.JsonNode;
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

  public static RegistryCredentials decode(@Nullable String header) {
    if (header == null || header.isEmpty()) {
      return RegistryCredentials.ANONYMOUS;
    }
    try {
      String standard = header.trim().replace('-', '+').replace('_', '/').replace("=", "");
      return of(SpecJson.MAPPER.readTree(Base64.getDecoder().decode(standard)));
    } catch (IOException | IllegalArgumentException e) {
      return RegistryCredentials.ANONYMOUS;
    }
  }

  /** From an {@code AuthConfig} object. */
  static RegistryCredentials of(JsonNode config) {
    String username = text(config, "username");
    String password = text(config, "password");
    String both = text(config, "auth");
    if (username == null && both != null) {
      String decoded = new String(Base64.getDecoder().decode(both), StandardCharsets.UTF_8);
      int colon = decoded.indexOf(':');
      if (colon > 0) {
        username = decoded.substring(0, colon);
        password = decoded.substring(colon + 1);
      }
    }
    return new RegistryCredentials(
        username, password, text(config, "identitytoken"), text(config, "registrytoken"));
  }

  private static @Nullable String text(JsonNode config, String field) {
    JsonNode value = config.get(field);
    return value == null || value.asText().isEmpty() ? null : value.asText();
  }
}
