package io.layerd.daemon;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was given, on the command line or in daemon.json: never the same in both.
 *
 * @param flags those of {@link DockerdFlags}, by name
 * @param file the directives, of their types
 */
record Given(Map<String, List<String>> flags, Map<String, JsonNode> file) {
  /** Empty if it is not given. */
  String text(String name) {
    JsonNode inFile = file.get(name);
    return flags.containsKey(name)
        ? flags.get(name).getLast()
        : inFile == null || inFile.isNull() ? "" : inFile.asText();
  }

  boolean on(String name, boolean usual) {
    String text = text(name);
    return text.isEmpty() ? usual : new GoBool().convert(text);
  }

  List<String> texts(String flag, String key) {
    List<String> values = new ArrayList<>(flags.getOrDefault(flag, List.of()));
    JsonNode inFile = file.get(key);
    if (inFile != null) {
      inFile.forEach(element -> values.add(element.asText()));
    }
    return List.copyOf(values);
  }

  /** {@code name=value} on the command line, an object in the file. */
  Map<String, String> pairs(String flag, String key) {
    Map<String, String> pairs = new LinkedHashMap<>();
    for (String text : flags.getOrDefault(flag, List.of())) {
      int equals = text.indexOf('=');
      pairs.put(
          equals < 0 ? text : text.substring(0, equals),
          equals < 0 ? "" : text.substring(equals + 1));
    }
    JsonNode inFile = file.get(key);
    if (inFile != null) {
      inFile.properties().forEach(one -> pairs.put(one.getKey(), one.getValue().asText()));
    }
    return pairs;
  }

  /** By the names of environment variables; in the file they have an object of their own. */
  Map<String, String> proxies() {
    Map<String, String> proxies = new LinkedHashMap<>();
    for (String name : List.of("http-proxy", "https-proxy", "no-proxy")) {
      JsonNode inFile = find(file, name);
      String value =
          flags.containsKey(name)
              ? flags.get(name).getLast()
              : inFile == null || file.containsKey(name) ? "" : inFile.asText();
      if (!value.isEmpty()) {
        proxies.put(name.toUpperCase(Locale.ROOT).replace('-', '_'), value);
      }
    }
    return proxies;
  }

  /** A directive, be it inside the one of proxies. */
  static @Nullable JsonNode find(Map<String, JsonNode> file, String name) {
    JsonNode proxies = file.get("proxies");
    JsonNode inside = proxies == null ? null : proxies.get(name);
    return file.containsKey(name) ? file.get(name) : inside;
  }

  /** What dockerd says of a flag's value that makes no sense. */
  static StartupFailure invalid(String flag, String value, String why) {
    return new StartupFailure(
        "invalid argument \"" + value + "\" for \"--" + flag + "\" flag: " + why);
  }
}
