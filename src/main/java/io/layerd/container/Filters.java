package io.layerd.container;

import io.layerd.error.InvalidParameter;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/** The API's {@code filters}: any value of a name may match, all names must. */
record Filters(Map<String, List<String>> values) {
  /**
   * @throws InvalidParameter {@code invalid filter 'x'}
   */
  void checkNames(Set<String> known) {
    for (String name : values.keySet()) {
      if (!known.contains(name)) {
        throw new InvalidParameter(
            name.isEmpty() ? "invalid filter" : "invalid filter '" + name + "'");
      }
    }
  }

  boolean has(String name) {
    return !get(name).isEmpty();
  }

  List<String> get(String name) {
    return values.getOrDefault(name, List.of());
  }

  /** No value, or one that is equal to the text or finds itself in it as a regular expression. */
  boolean matches(String name, String text) {
    if (!has(name)) {
      return true;
    }
    for (String value : get(name)) {
      if (value.equals(text) || finds(value, text)) {
        return true;
      }
    }
    return false;
  }

  private static boolean finds(String pattern, String text) {
    try {
      return Pattern.compile(pattern).matcher(text).find();
    } catch (PatternSyntaxException e) {
      return false;
    }
  }

  /** All of {@code key} or {@code key=value} are in the labels. */
  boolean labels(String name, @Nullable Map<String, String> labels) {
    for (String wanted : get(name)) {
      int equals = wanted.indexOf('=');
      String key = equals < 0 ? wanted : wanted.substring(0, equals);
      String value = labels == null ? null : labels.get(key);
      if (value == null || (equals >= 0 && !value.equals(wanted.substring(equals + 1)))) {
        return false;
      }
    }
    return true;
  }

  /** True if the one value says so; the fall-back if there is none. */
  boolean flag(String name, boolean otherwise) {
    List<String> all = get(name);
    if (all.isEmpty()) {
      return otherwise;
    }
    boolean yes = all.stream().anyMatch(v -> Set.of("1", "true").contains(v));
    boolean no = all.stream().anyMatch(v -> Set.of("0", "false").contains(v));
    if (yes == no) {
      throw new InvalidParameter(
          "invalid filter '" + name + "=[" + String.join(" ", new TreeSet<>(all)) + "]'");
    }
    return yes;
  }
}
