package io.layerd.api;

import java.util.HashMap;
import java.util.Map;

/**
 * The route of a path, with placeholders for what clients name: {@code /containers/{id}/json}. What
 * is no part of the Docker API is {@code other}, so that the number of routes is bounded whatever
 * clients ask for.
 */
public final class RouteTemplate {
  public static final String OTHER = "other";

  /** Paths that are their own template. */
  private static final Map<String, String> EXACT = new HashMap<>();

  /** Below {@code /containers} and the like: the template by the last word of a path. */
  private static final Map<String, Map<String, String>> NAMED = new HashMap<>();

  static {
    for (String path :
        new String[] {
          "/_ping",
          "/version",
          "/info",
          "/events",
          "/auth",
          "/system/df",
          "/session",
          "/grpc",
          "/commit",
          "/build",
          "/build/prune",
          "/build/cancel",
          "/q/health",
          "/q/health/live",
          "/q/health/ready",
          "/q/health/started",
          "/containers/json",
          "/containers/create",
          "/containers/prune",
          "/images/json",
          "/images/create",
          "/images/search",
          "/images/prune",
          "/images/get",
          "/images/load",
          "/networks",
          "/networks/create",
          "/networks/prune",
          "/volumes",
          "/volumes/create",
          "/volumes/prune",
          "/plugins",
          "/plugins/privileges",
          "/plugins/pull",
          "/plugins/create"
        }) {
      EXACT.put(path, path);
    }
    named(
        "containers",
        "{id}",
        "json top logs changes export stats resize start stop restart kill update rename pause"
            + " unpause attach attach/ws wait archive exec checkpoints");
    named("exec", "{id}", "start resize json");
    named("images", "{name}", "json history push tag get");
    named("networks", "{id}", "connect disconnect");
    named("volumes", "{name}", "");
    named("distribution", "{name}", "json");
    named("plugins", "{name}", "json enable disable upgrade push set");
    for (String first : "swarm nodes services tasks secrets configs".split(" ", -1)) {
      NAMED.put(first, Map.of("", "/" + first));
    }
  }

  private RouteTemplate() {}

  /** What is asked of a container, with its slash: {@code /attach/ws}; empty for the container. */
  static String verb(String path) {
    int last = path.lastIndexOf('/');
    Map<String, String> known = NAMED.getOrDefault("containers", Map.of());
    String template = known.getOrDefault(path.substring(last + 1), "");
    String verb = template.substring(Math.min(template.length(), "/containers/{id}".length()));
    return path.endsWith(verb) ? verb : "";
  }

  private static void named(String first, String name, String words) {
    Map<String, String> templates = new HashMap<>();
    String one = "/" + first + "/" + name;
    templates.put("", one);
    for (String word : words.split(" ", -1)) {
      templates.put(
          word.substring(word.lastIndexOf('/') + 1), word.isEmpty() ? one : one + "/" + word);
    }
    NAMED.put(first, templates);
  }

  /**
   * @param path without the API's version
   */
  public static String of(String path) {
    String exact = EXACT.get(path);
    if (exact != null) {
      return exact;
    }
    if (path.startsWith("/containers/") && path.contains("/checkpoints/")) {
      return "/containers/{id}/checkpoints/{checkpoint}";
    }
    int second = path.indexOf('/', 1);
    Map<String, String> templates =
        path.isEmpty() ? null : NAMED.get(path.substring(1, second < 0 ? path.length() : second));
    if (templates == null) {
      return OTHER;
    }
    int last = path.lastIndexOf('/');
    String word = last > second ? path.substring(last + 1) : "";
    String template = templates.get(word);
    // an image's name holds slashes: what is no word of the API is the end of a name
    return template == null ? templates.getOrDefault("", OTHER) : template;
  }
}
