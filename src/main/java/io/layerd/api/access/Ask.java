package io.layerd.api.access;

import io.layerd.api.Filters;
import io.layerd.api.PathText;
import io.layerd.api.RouteTemplate;
import io.layerd.error.Forbidden;
import io.layerd.spec.SpecJson;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request as it is decided on, and served afterwards.
 *
 * @param path decoded, without version
 * @param body empty if it is not looked at
 */
record Ask(
    String method,
    String path,
    String route,
    MultiMap params,
    byte[] body,
    @Nullable String contentType) {

  /**
   * @throws Forbidden for a path that could be read in two ways
   */
  static Ask of(HttpServerRequest request, byte[] body) {
    String path = PathText.decode(request.path());
    if (path == null || path.indexOf(';') >= 0 || path.indexOf('\\') >= 0) {
      throw new Forbidden("the path can be read in more than one way");
    }
    return new Ask(
        request.method().name(),
        path,
        RouteTemplate.of(path),
        request.params(),
        body,
        request.getHeader("Content-Type"));
  }

  /** {@code POST /containers/{id}/start}. */
  String key() {
    return method + " " + route;
  }

  /** What stands where the route has braces; empty if it has none. */
  String target() {
    int open = route.indexOf('{');
    if (open < 0) {
      return "";
    }
    String tail = route.substring(route.indexOf('}') + 1);
    if (tail.indexOf('{') >= 0) {
      int slash = path.indexOf('/', open);
      return slash < 0 ? "" : path.substring(open, slash);
    }
    int end = path.length() - tail.length();
    return end <= open || !path.endsWith(tail) ? "" : path.substring(open, end);
  }

  /** With another target: an id instead of a name that could change hands meanwhile. */
  Ask withTarget(String target) {
    int open = route.indexOf('{');
    String tail = path.substring(open + target().length());
    return new Ask(
        method, route.substring(0, open) + target + tail, route, params, body, contentType);
  }

  /** A parameter that is decided by; which of two would be taken is nobody's guess. */
  String param(String name) {
    List<String> values = params.getAll(name);
    if (values.size() > 1) {
      throw new Forbidden("the parameter " + name + " is given more than once");
    }
    return values.isEmpty() ? "" : values.getFirst();
  }

  /** With a label more to filter by. */
  Ask filtered(Map<String, String> labels) {
    Map<String, List<String>> filters = new LinkedHashMap<>(Filters.parse(param("filters")));
    List<String> wanted = new ArrayList<>(filters.getOrDefault("label", List.of()));
    labels.forEach((name, value) -> wanted.add(name + "=" + value));
    filters.put("label", wanted);
    MultiMap changed = MultiMap.caseInsensitiveMultiMap().addAll(params);
    changed.set("filters", SpecJson.MAPPER.valueToTree(filters).toString());
    return new Ask(method, path, route, changed, body, contentType);
  }

  /** The query of {@link #params}; null without any. */
  @Nullable String query() {
    List<String> parts = new ArrayList<>();
    params.forEach(entry -> parts.add(encode(entry.getKey()) + "=" + encode(entry.getValue())));
    return parts.isEmpty() ? null : String.join("&", parts);
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
