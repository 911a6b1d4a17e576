package io.layerd.api.access;

import io.layerd.api.PathText;
import io.layerd.api.RouteTemplate;
import io.layerd.api.WatchedResponse;
import io.layerd.authorization.Caller;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the audit log will say of one request: who, what, and the answer. */
final class Trace {
  private final @Nullable AuditLog log;
  private final Map<String, Object> line = new LinkedHashMap<>();
  private final String key;
  private boolean written;

  Trace(@Nullable AuditLog log, HttpServerRequest request, Caller caller) {
    this.log = log;
    String path = PathText.decode(request.path());
    String shown = path == null ? request.path() : path;
    String route = RouteTemplate.of(shown);
    String method = request.method().name();
    this.key = method + " " + route;
    if (log != null) {
      line.put("time", Instant.now().toString());
      line.put("who", caller.shown());
      line.put("method", method);
      line.put("path", shown);
      line.put("route", route);
      target(request);
    }
  }

  /** What is not in the path; the rest of a query may hold secrets. */
  private void target(HttpServerRequest request) {
    String name =
        switch (key) {
          case "POST /containers/create" -> "name";
          case "POST /images/create" -> "fromImage";
          case "POST /commit" -> "container";
          case "POST /build" -> "t";
          default -> "";
        };
    String value = name.isEmpty() ? null : request.getParam(name);
    if (value != null) {
      line.put("target", value);
    }
  }

  /** Method and route. */
  String key() {
    return key;
  }

  void allowedBy(String rule) {
    line.put("rule", rule);
  }

  WatchedResponse watch(HttpServerResponse response) {
    return new WatchedResponse(response, status -> write("allowed", status, null));
  }

  void denied(int status, String reason) {
    write("denied", status, reason);
  }

  private void write(String decision, int status, @Nullable String reason) {
    if (log == null || written) {
      return;
    }
    written = true;
    line.put("decision", decision);
    line.put("status", status);
    if (reason != null) {
      line.put("reason", reason);
    }
    log.add(line);
  }
}
