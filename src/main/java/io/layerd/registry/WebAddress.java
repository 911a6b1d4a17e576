package io.layerd.registry;

import io.layerd.error.EngineException;
import io.layerd.error.NotFound;
import io.layerd.error.SystemFailure;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** Addresses of files on web servers. */
final class WebAddress {
  private static final int MAX_REASON_BYTES = 1024;

  private WebAddress() {}

  /** An address; its scheme may be missing and is HTTP then. */
  static URI parse(String url) {
    String shown = "Get \"" + url + "\": ";
    URI uri;
    try {
      uri = URI.create(url);
    } catch (IllegalArgumentException e) {
      throw new SystemFailure(
          url.matches("https?:/*") ? noHost(url) : "parse \"" + url + "\": " + e.getMessage(), e);
    }
    String scheme = uri.getScheme();
    if (!"http".equals(scheme) && !"https".equals(scheme)) {
      throw new SystemFailure(shown + "unsupported protocol scheme \"" + scheme + "\"");
    }
    if (uri.getHost() == null) {
      throw new SystemFailure(noHost(url));
    }
    return uri;
  }

  /** Go writes an address without a host without its slashes. */
  private static String noHost(String url) {
    return "Get \"" + url.replaceFirst("/+$", "") + "\": http: no Host in request URL";
  }

  /** What the server said instead of sending the file. */
  static EngineException refused(String url, Transport.Answer answer) {
    String reason = "";
    try (answer) {
      byte[] body = answer.body().readNBytes(MAX_REASON_BYTES);
      reason = new String(body, StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      // the status says enough
    }
    String message =
        "failed to GET " + url + " with status " + StatusText.of(answer.status()) + ": " + reason;
    return answer.status() == 404 ? new NotFound(message) : new SystemFailure(message);
  }
}
