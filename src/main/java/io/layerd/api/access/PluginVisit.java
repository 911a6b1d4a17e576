package io.layerd.api.access;

import com.fasterxml.jackson.databind.JsonNode;
import io.layerd.api.WatchedResponse;
import io.layerd.authorization.Caller;
import io.layerd.error.Forbidden;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** What the plugins are asked about one request, with dockerd's field names. */
final class PluginVisit {
  private static final Logger LOG = Logger.getLogger("layerd");

  /** More is not shown to plugins, as in dockerd. */
  private static final int LARGEST_BODY = 1024 * 1024;

  /** Holds a password. */
  private static final Pattern AUTH = Pattern.compile("(/v[0-9.]+)?/auth(\\?.*)?");

  private final List<Plugin> plugins;
  private final String uri;
  private final Map<String, Object> facts = new LinkedHashMap<>();

  PluginVisit(List<Plugin> plugins, String uri) {
    this.plugins = plugins;
    this.uri = uri;
  }

  boolean wantsBody(HttpServerRequest request) {
    String length = request.getHeader("Content-Length");
    boolean some =
        length == null
            ? request.headers().contains("Transfer-Encoding")
            : length.length() < 8
                && Long.parseLong(length) > 0
                && Long.parseLong(length) <= LARGEST_BODY;
    return some && isJson(request.headers()) && !AUTH.matcher(uri).matches();
  }

  private static boolean isJson(MultiMap headers) {
    String type = headers.get("Content-Type");
    return type != null
        && type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT).equals("application/json");
  }

  /** Fails as soon as one refuses. */
  Future<Void> request(HttpServerRequest request, Caller caller, @Nullable Buffer body) {
    if (caller instanceof Caller.Certificate certificate) {
      facts.put("User", certificate.commonName());
      facts.put("UserAuthNMethod", "TLS");
    }
    facts.put("RequestMethod", request.method().name());
    facts.put("RequestUri", uri);
    if (body != null
        && body.length() > 0
        && body.length() <= LARGEST_BODY
        && isJson(request.headers())
        && !AUTH.matcher(uri).matches()) {
      facts.put("RequestBody", body.getBytes());
    }
    facts.put("RequestHeaders", headers(request.headers()));
    X509Certificate certificate = Callers.certificate(request.connection());
    if (certificate != null) {
      facts.put("RequestPeerCertificates", List.of(pem(certificate)));
    }
    return ask("AuthZPlugin.AuthZReq", "AuthZRequest");
  }

  /** In base64, as Go's encoder writes bytes: that of PEM. */
  private static String pem(X509Certificate certificate) {
    try {
      String text =
          Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate.getEncoded());
      String pem = "-----BEGIN CERTIFICATE-----\n" + text + "\n-----END CERTIFICATE-----\n";
      return Base64.getEncoder().encodeToString(pem.getBytes(StandardCharsets.US_ASCII));
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException(e); // it was read from such bytes
    }
  }

  /** Without credentials. */
  private static Map<String, String> headers(MultiMap headers) {
    Map<String, String> shown = new TreeMap<>();
    for (String name : headers.names()) {
      String canonical = canonical(name);
      boolean hidden =
          canonical.equals("X-Registry-Auth")
              || canonical.equals("X-Registry-Config")
              || canonical.equals("Host")
              || canonical.equals("Date")
              || canonical.startsWith("Layerd-");
      if (!hidden) {
        shown.put(canonical, String.join(", ", headers.getAll(name)));
      }
    }
    return shown;
  }

  /** As Go spells it. */
  private static String canonical(String name) {
    StringBuilder text = new StringBuilder();
    boolean first = true;
    for (char c : name.toCharArray()) {
      text.append(first ? Character.toUpperCase(c) : Character.toLowerCase(c));
      first = c == '-';
    }
    return text.toString();
  }

  private Future<Void> ask(String method, String what) {
    return ask(0, method)
        .onFailure(
            failure ->
                LOG.errorf(
                    "%s for %s %s returned error: %s",
                    what, facts.get("RequestMethod"), uri, failure.getMessage()));
  }

  private Future<Void> ask(int at, String method) {
    if (at == plugins.size()) {
      return Future.succeededFuture();
    }
    Plugin plugin = plugins.get(at);
    return plugin
        .call(method, facts)
        .map(answer -> PluginWords.allows(answer) ? null : answer)
        .recover(failure -> AuthorizationPlugins.failed(plugin.name(), failure))
        .compose(objection -> objection == null ? ask(at + 1, method) : refused(plugin, objection));
  }

  private static Future<Void> refused(Plugin plugin, JsonNode answer) {
    return Future.failedFuture(
        new Forbidden(
            "authorization denied by plugin "
                + plugin.name()
                + ": "
                + answer.path("Msg").asText("")));
  }

  /** The answer, shown to the plugins before the client sees it if it is one piece. */
  HttpServerResponse withhold(WatchedResponse response) {
    Context context = Vertx.currentContext();
    return new WithheldResponse(response, context, this);
  }

  /**
   * @param body null if it is no JSON or was sent already
   */
  Future<Void> response(int status, @Nullable MultiMap headers, @Nullable Buffer body) {
    boolean shown = headers != null && status < 400; // dockerd asks before it writes an error
    if (headers != null
        && status < 400
        && body != null
        && isJson(headers)
        && !AUTH.matcher(uri).matches()) {
      facts.put("ResponseStatusCode", status);
      facts.put("ResponseBody", body.getBytes());
    }
    if (headers != null) {
      Map<String, String> all = headers(headers);
      if (!shown) {
        all.remove("Content-Type");
      }
      facts.put("ResponseHeaders", all);
    }
    return ask("AuthZPlugin.AuthZRes", "AuthZResponse");
  }
}
