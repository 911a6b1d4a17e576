package io.layerd.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.layerd.api.model.AuthBody;
import io.layerd.error.InvalidParameter;
import io.layerd.registry.RegistryCredentials;
import io.layerd.spec.SpecJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
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

  /**
   * The credentials of several registries, from {@code X-Registry-Config}: an object with a host or
   * address for each. A host that is not among them is anonymous.
   */
  public static Function<String, RegistryCredentials> decodeAll(@Nullable String header) {
    Map<String, RegistryCredentials> byHost = new HashMap<>();
    if (header != null && !header.isEmpty()) {
      try {
        String standard = header.trim().replace('-', '+').replace('_', '/').replace("=", "");
        JsonNode all = SpecJson.MAPPER.readTree(Base64.getDecoder().decode(standard));
        for (Map.Entry<String, JsonNode> entry : all.properties()) {
          AuthBody config = SpecJson.MAPPER.treeToValue(entry.getValue(), AuthBody.class);
          byHost.put(host(entry.getKey()), of(config));
        }
      } catch (IOException | IllegalArgumentException e) {
        throw new InvalidParameter("invalid X-Registry-Config header: " + e.getMessage(), e);
      }
    }
    return domain -> byHost.getOrDefault(host(domain), RegistryCredentials.ANONYMOUS);
  }

  /** Docker Hub has several addresses. */
  private static String host(String address) {
    String host = address.replaceFirst("^https?://", "").replaceFirst("/.*$", "");
    return host.equals("docker.io") || host.equals("registry-1.docker.io")
        ? "index.docker.io"
        : host;
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
