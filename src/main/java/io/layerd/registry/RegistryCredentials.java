package io.layerd.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
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

  private static final ObjectMapper MAPPER = new ObjectMapper();

  /**
   * Reads the header, base64url of JSON, padded or not. As with dockerd's pull, a header that
   * cannot be read counts as none.
   */
  public static RegistryCredentials fromHeader(@Nullable String header) {
    if (header == null || header.isBlank()) {
      return ANONYMOUS;
    }
    String text = header.strip().replace('+', '-').replace('/', '_');
    while (text.endsWith("=")) {
      text = text.substring(0, text.length() - 1);
    }
    try {
      byte[] json = Base64.getUrlDecoder().decode(text.getBytes(StandardCharsets.UTF_8));
      JsonNode tree = MAPPER.readTree(json);
      String user = text(tree, "username");
      String password = text(tree, "password");
      String auth = text(tree, "auth");
      if (user == null && auth != null) {
        String pair = new String(Base64.getDecoder().decode(auth), StandardCharsets.UTF_8);
        int colon = pair.indexOf(':');
        user = colon < 0 ? pair : pair.substring(0, colon);
        password = colon < 0 ? null : pair.substring(colon + 1);
      }
      return new RegistryCredentials(
          user, password, text(tree, "identitytoken"), text(tree, "registrytoken"));
    } catch (IOException | IllegalArgumentException e) {
      return ANONYMOUS;
    }
  }

  private static @Nullable String text(JsonNode tree, String name) {
    String value = tree.path(name).asText("");
    return value.isEmpty() ? null : value;
  }

  /** Never prints a secret. */
  @Override
  public String toString() {
    return "RegistryCredentials[" + username + "]";
  }
}
