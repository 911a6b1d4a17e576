package io.layerd.engine;

import io.layerd.error.InvalidParameter;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** The API's {@code filters} for the short lists: any value of a name may match, all names must. */
record ListFilters(Map<String, List<String>> values) {
  static ListFilters checked(Map<String, List<String>> values, Set<String> known) {
    for (String name : values.keySet()) {
      if (!known.contains(name)) {
        throw new InvalidParameter(
            name.isEmpty() ? "invalid filter" : "invalid filter '" + name + "'");
      }
    }
    return new ListFilters(values);
  }

  List<String> get(String name) {
    return values.getOrDefault(name, List.of());
  }

  boolean has(String name) {
    return !get(name).isEmpty();
  }

  /** No value, or one that is equal. */
  boolean exact(String name, String text) {
    return !has(name) || get(name).contains(text);
  }

  /** No value, or one that is equal to the text or finds itself in it as a regular expression. */
  boolean matches(String name, String text) {
    return exact(name, text) || get(name).stream().anyMatch(value -> finds(value, text));
  }

  private static boolean finds(String pattern, String text) {
    try {
      return Pattern.compile(pattern).matcher(text).find();
    } catch (PatternSyntaxException e) {
      return false;
    }
  }

  /** All labels asked for are there; {@code name!} excludes those that have one. */
  boolean labels(String name, Map<String, String> labels) {
    return get(name).stream().allMatch(wanted -> hasLabel(wanted, labels))
        && get(name + "!").stream().noneMatch(wanted -> hasLabel(wanted, labels));
  }

  private static boolean hasLabel(String wanted, Map<String, String> labels) {
    int equals = wanted.indexOf('=');
    if (equals < 0) {
      return labels.containsKey(wanted);
    }
    return wanted.substring(equals + 1).equals(labels.get(wanted.substring(0, equals)));
  }

  /** A yes or no; both, neither or something else is refused. */
  boolean flag(String name, boolean otherwise) {
    if (!has(name)) {
      return otherwise;
    }
    boolean yes = get(name).contains("1") || get(name).contains("true");
    boolean no = get(name).contains("0") || get(name).contains("false");
    if (yes == no) {
      throw new InvalidParameter("invalid filter '" + name + "=" + shown(name) + "'");
    }
    return yes;
  }

  /** The values as Go prints a list. */
  String shown(String name) {
    return "[" + String.join(" ", new TreeSet<>(get(name))) + "]";
  }
}
