package io.layerd.build;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The values of ARG. Those declared before the first FROM are for FROM lines; a stage sees one only
 * if it declares it too. Proxies need no declaration, and are kept out of the history.
 */
final class BuildArgs {
  private static final Set<String> PREDEFINED =
      Set.of(
          "HTTP_PROXY",
          "http_proxy",
          "HTTPS_PROXY",
          "https_proxy",
          "FTP_PROXY",
          "ftp_proxy",
          "NO_PROXY",
          "no_proxy",
          "ALL_PROXY",
          "all_proxy");

  private final Map<String, @Nullable String> given;
  private final Map<String, String> platform;
  private final Map<String, @Nullable String> global;
  private final Map<String, @Nullable String> stage = new LinkedHashMap<>();
  private final Set<String> consumed;

  /**
   * @param given by the client
   * @param platform values that BuildKit made common: TARGETPLATFORM and its like
   */
  BuildArgs(Map<String, @Nullable String> given, Map<String, String> platform) {
    this(given, platform, new LinkedHashMap<>(), ConcurrentHashMap.newKeySet());
  }

  private BuildArgs(
      Map<String, @Nullable String> given,
      Map<String, String> platform,
      Map<String, @Nullable String> global,
      Set<String> consumed) {
    this.given = given;
    this.platform = platform;
    this.global = global;
    this.consumed = consumed;
  }

  /** What a stage sees; those before the first FROM must have been declared. */
  BuildArgs ofStage() {
    return new BuildArgs(given, platform, global, consumed);
  }

  void declareGlobal(String name, @Nullable String fallback) {
    consumed.add(name);
    global.put(name, fallback);
  }

  void declare(String name, @Nullable String fallback) {
    consumed.add(name);
    stage.put(name, fallback);
  }

  /** For FROM lines and what stands before them. */
  @Nullable String findGlobal(String name) {
    if (!global.containsKey(name)) {
      return platform.get(name);
    }
    String value = given.get(name);
    return value == null ? global.get(name) : value;
  }

  /** For the instructions of a stage. */
  @Nullable String find(String name) {
    if (PREDEFINED.contains(name)) {
      return given.get(name);
    }
    if (!stage.containsKey(name)) {
      return null;
    }
    String value = given.get(name);
    if (value == null) {
      value = stage.get(name);
    }
    return value == null ? findGlobal(name) : value;
  }

  /** Whether the stage has an ARG of that name. */
  boolean isDeclared(String name) {
    return stage.containsKey(name);
  }

  /** All that a stage declared and that has a value, by name. */
  Map<String, String> declared() {
    Map<String, String> values = new TreeMap<>();
    for (String name : stage.keySet()) {
      String value = find(name);
      if (value != null && !PREDEFINED.contains(name)) {
        values.put(name, value);
      }
    }
    return values;
  }

  /** Proxies, for RUN's environment only. */
  Map<String, String> proxies() {
    Map<String, String> values = new TreeMap<>();
    for (String name : PREDEFINED) {
      String value = given.get(name);
      if (value != null) {
        values.put(name, value);
      }
    }
    return values;
  }

  /** What the client gave and nothing asked for. */
  List<String> unused() {
    return given.keySet().stream()
        .filter(name -> !consumed.contains(name) && !PREDEFINED.contains(name))
        .sorted()
        .toList();
  }
}
