package io.layerd.container;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The environment of a container's processes; HOME is left to the runtime. */
final class Environment {
  private static final String PATH =
      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  private Environment() {}

  /**
   * Defaults, what links tell, what the container has, then what an exec adds; the last word wins.
   */
  static List<String> of(
      Container container, List<String> linked, boolean tty, @Nullable List<String> added) {
    Map<String, String> byName = new LinkedHashMap<>();
    put(byName, PATH);
    put(byName, "HOSTNAME=" + container.config.hostname());
    if (tty) {
      put(byName, "TERM=xterm");
    }
    linked.forEach(variable -> put(byName, variable));
    List<String> own = container.config.env();
    (own == null ? List.<String>of() : own).forEach(variable -> put(byName, variable));
    (added == null ? List.<String>of() : added).forEach(variable -> put(byName, variable));
    return new ArrayList<>(byName.values());
  }

  private static void put(Map<String, String> byName, String variable) {
    int equals = variable.indexOf('=');
    if (equals < 0) {
      // A bare name takes the variable away.
      byName.remove(variable);
    } else {
      byName.put(variable.substring(0, equals), variable);
    }
  }
}
