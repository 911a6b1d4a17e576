package io.layerd.api;

import io.vertx.core.http.HttpServerRequest;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;

/** One line for each request while the daemon is being debugged, as dockerd writes it. */
final class RequestLog {
  private static final Logger LOG = Logger.getLogger("layerd");
  private static final Pattern VERSION = Pattern.compile("/v([0-9][0-9.]*)/.*");

  private RequestLog() {}

  static void line(HttpServerRequest request) {
    if (!LOG.isDebugEnabled()) {
      return;
    }
    Matcher version = VERSION.matcher(request.uri());
    Map<String, String> fields =
        Map.of(
            "method",
            request.method().name(),
            "module",
            "api",
            "request-url",
            request.uri(),
            "vars",
            version.matches() ? "map[version:" + version.group(1) + "]" : "map[]");
    fields.forEach(MDC::put);
    LOG.debugf("handling %s request", request.method().name());
    fields.keySet().forEach(MDC::remove);
  }
}
