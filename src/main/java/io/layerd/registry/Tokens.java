package io.layerd.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.layerd.error.SystemFailure;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Bearer tokens, kept for each scope until shortly before they end. Follows the distribution
 * project's token and OAuth2 documents: GET with Basic, or POST where there is an identity token.
 */
final class Tokens {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final int MAX_KEPT = 500;
  private static final int MAX_ANSWER = 1024 * 1024;
  private static final Duration MARGIN = Duration.ofSeconds(10);
  private static final long DEFAULT_SECONDS = 60;

  private record Key(String realm, String service, String scope, RegistryCredentials user) {}

  private record Token(String value, Instant end) {}

  private final Map<Key, Token> kept =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Token> eldest) {
          return size() > MAX_KEPT;
        }
      };

  /** A token for a bearer challenge; {@code fresh} if the one kept was refused. */
  String get(
      Transport transport,
      Challenge challenge,
      String scope,
      RegistryCredentials user,
      boolean fresh,
      Abort abort)
      throws IOException {
    Key key = new Key(challenge.parameter("realm"), challenge.parameter("service"), scope, user);
    synchronized (kept) {
      Token token = kept.get(key);
      if (token != null && !fresh && Instant.now().isBefore(token.end())) {
        return token.value();
      }
    }
    Token token = fetch(transport, key, abort);
    synchronized (kept) {
      kept.put(key, token);
    }
    return token.value();
  }

  private static Token fetch(Transport transport, Key key, Abort abort) throws IOException {
    URI realm;
    try {
      realm = URI.create(key.realm());
    } catch (IllegalArgumentException e) {
      throw new SystemFailure("invalid token auth challenge realm: " + key.realm(), e);
    }
    if (realm.getHost() == null) {
      throw new SystemFailure("no realm specified for token auth challenge");
    }
    String identity = key.user().identityToken();
    Transport.Answer answer =
        identity == null
            ? transport.get(query(realm, key), Map.of(), basic(key.user()), abort)
            : transport.post(realm, form(key, identity), abort);
    if (answer.status() < 200 || answer.status() >= 300) {
      throw RegistryError.of(answer);
    }
    JsonNode tree;
    try (answer) {
      tree = MAPPER.readTree(answer.body().readNBytes(MAX_ANSWER));
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new IOException("unable to decode token response: it is not JSON", e);
    }
    String value = tree.path("token").asText("");
    if (value.isEmpty()) {
      value = tree.path("access_token").asText("");
    }
    if (value.isEmpty()) {
      throw new IOException("authorization server did not include a token in the response");
    }
    long seconds = Math.max(DEFAULT_SECONDS, tree.path("expires_in").asLong(DEFAULT_SECONDS));
    return new Token(value, Instant.now().plusSeconds(seconds).minus(MARGIN));
  }

  private static URI query(URI realm, Key key) {
    StringBuilder query = new StringBuilder(realm.getRawQuery() == null ? "" : realm.getRawQuery());
    String user = key.user().username();
    if (user != null && !user.isEmpty()) {
      add(query, "account", user);
    }
    for (String scope : key.scope().split(" ", -1)) {
      if (!scope.isEmpty()) {
        add(query, "scope", scope);
      }
    }
    if (!key.service().isEmpty()) {
      add(query, "service", key.service());
    }
    String text = realm.toString();
    int mark = text.indexOf('?');
    return URI.create((mark < 0 ? text : text.substring(0, mark)) + "?" + query);
  }

  private static String form(Key key, String identity) {
    StringBuilder form = new StringBuilder();
    add(form, "client_id", "docker");
    add(form, "grant_type", "refresh_token");
    add(form, "refresh_token", identity);
    add(form, "scope", key.scope());
    add(form, "service", key.service());
    return form.toString();
  }

  private static void add(StringBuilder form, String name, String value) {
    form.append(form.isEmpty() ? "" : "&")
        .append(name)
        .append('=')
        .append(URLEncoder.encode(value, StandardCharsets.UTF_8));
  }

  /** The Basic header for a user, or null for nobody. */
  static @Nullable String basic(RegistryCredentials user) {
    String name = user.username();
    if (name == null || name.isEmpty()) {
      return null;
    }
    String pair = name + ":" + (user.password() == null ? "" : user.password());
    return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
  }
}
