package io.layerd.registry;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublisher;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Requests to one repository at one endpoint, with whatever authorisation the registry asked for in
 * answer to {@code GET /v2/} or to a later request.
 */
final class Session {
  private final Endpoint endpoint;
  private final Transport transport;
  private final Transport probe;
  private final Tokens tokens;
  private final RegistryCredentials credentials;
  private volatile String scope;
  private volatile List<Challenge> challenges = List.of();

  Session(
      Endpoint endpoint,
      String scope,
      Transport transport,
      Transport probe,
      Tokens tokens,
      RegistryCredentials credentials) {
    this.endpoint = endpoint;
    this.transport = transport;
    this.probe = probe;
    this.tokens = tokens;
    this.credentials = endpoint.mirror() ? RegistryCredentials.ANONYMOUS : credentials;
    this.scope = scope;
  }

  /** Asks whether a registry is there, and what it wants of its clients. */
  void ping(Abort abort) throws IOException {
    try (Transport.Answer answer = probe.get(endpoint.v2(""), Map.of(), null, abort)) {
      if (answer.status() == 401) {
        challenges = Challenge.parse(answer.head().headers().allValues("WWW-Authenticate"));
      } else if (answer.status() >= 500) {
        throw RegistryError.of(answer);
      }
    }
  }

  /** The header for the next request; null if none is wanted. */
  @Nullable String authorization(boolean fresh, Abort abort) throws IOException {
    if (credentials.registryToken() != null) {
      return "Bearer " + credentials.registryToken();
    }
    List<Challenge> wanted = challenges;
    for (Challenge challenge : wanted) {
      if (challenge.scheme().equals("bearer")) {
        return "Bearer " + tokens.get(transport, challenge, scope, credentials, fresh, abort);
      }
    }
    for (Challenge challenge : wanted) {
      if (challenge.scheme().equals("basic")) {
        String basic = Tokens.basic(credentials);
        if (basic == null) {
          throw new IOException("no basic auth credentials");
        }
        return basic;
      }
    }
    return null;
  }

  /**
   * From now on tokens are asked for that may read from one more repository, to mount its blobs.
   */
  void alsoRead(String path) {
    String more = "repository:" + path + ":pull";
    if (!scope.contains(more)) {
      scope = scope + " " + more;
    }
  }

  /** Any request; a missing or expired token is got once. The caller closes the answer. */
  Transport.Answer send(
      String method, URI uri, Map<String, String> headers, BodyPublisher body, Abort abort)
      throws IOException {
    boolean own = endpoint.host().equals(uri.getRawAuthority());
    String authorization = own ? authorization(false, abort) : null;
    Transport.Answer answer = transport.exchange(method, uri, headers, body, authorization, abort);
    boolean replayable = body.contentLength() >= 0;
    if (answer.status() != 401 || !own || !replayable || credentials.registryToken() != null) {
      return answer;
    }
    List<Challenge> asked = Challenge.parse(answer.head().headers().allValues("WWW-Authenticate"));
    if (asked.stream().noneMatch(challenge -> challenge.scheme().equals("bearer"))) {
      return answer;
    }
    answer.close();
    challenges = asked;
    return transport.exchange(method, uri, headers, body, authorization(true, abort), abort);
  }

  /** GET; an expired token is renewed once. The caller closes the answer. */
  Transport.Answer get(
      URI uri, Map<String, String> headers, @Nullable String authorization, Abort abort)
      throws IOException {
    Transport.Answer answer = transport.get(uri, headers, authorization, abort);
    boolean elsewhere = !uri.getHost().equals(answer.uri().getHost());
    if (answer.status() != 401 || elsewhere || credentials.registryToken() != null) {
      return answer;
    }
    List<Challenge> asked = Challenge.parse(answer.head().headers().allValues("WWW-Authenticate"));
    boolean bearer = asked.stream().anyMatch(c -> c.scheme().equals("bearer"));
    boolean first = authorization == null && !asked.isEmpty() && Tokens.basic(credentials) != null;
    if (!bearer && !first) {
      return answer;
    }
    answer.close();
    challenges = asked;
    return transport.get(uri, headers, authorization(true, abort), abort);
  }
}
