package io.layerd.registry;

import io.layerd.error.InvalidParameter;
import io.layerd.error.SystemFailure;
import io.layerd.oci.Reference;
import java.io.IOException;
import java.net.URI;
import java.util.Map;

/** Asks a registry whether it takes credentials, as {@code docker login} wants to know. */
final class Login {
  private Login() {}

  /**
   * The host of what a user calls a registry: with or without scheme and path, empty for Docker
   * Hub.
   */
  static String domain(String server) {
    String text = server.contains("://") ? server : "https://" + server;
    try {
      String host = URI.create(text).getRawAuthority();
      return host == null || host.equals("index.docker.io") ? Reference.HUB : host;
    } catch (IllegalArgumentException e) {
      if (server.isEmpty()) {
        return Reference.HUB;
      }
      throw new InvalidParameter(
          "unable to parse server address: parse \"" + text + "\": it is not a host", e);
    }
  }

  /**
   * Whether the endpoint takes the session's credentials.
   *
   * @param last whether no other endpoint is left to try: then a failure is thrown, in dockerd's
   *     words, where otherwise the answer is false
   */
  static boolean check(Endpoint endpoint, Session session, boolean last) {
    URI uri = endpoint.v2("");
    Abort abort = new Abort();
    try {
      session.ping(abort);
      String authorization = session.authorization(true, abort);
      try (Transport.Answer answer = session.get(uri, Map.of(), authorization, abort)) {
        if (answer.status() == 200) {
          return true;
        }
        if (last) {
          throw new SystemFailure(
              "login attempt to " + uri + " failed with status: " + StatusText.of(answer.status()));
        }
      }
    } catch (RegistryError e) {
      throw Refusals.authorizing(e, "Get", uri);
    } catch (IOException e) {
      if (last) {
        throw new SystemFailure(NetworkErrors.describe("GET", uri, e), e);
      }
    }
    return false;
  }
}
