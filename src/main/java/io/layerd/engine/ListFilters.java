package io.layerd.engine;

import io.layerd.error.InvalidParameter;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The API's {@code filters} for the short lists: any value of a name may match, all names must. */
record ListFilters(Map<String, List<String>> values) {
  static ListFilters checked(Map<String, List<String>> values, Set<String> known) {
    for (String name : values.keySet()) {
      if (!known.contains(name)) {
        throw new InvalidParameter("invalid filter '" + name + "'");
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

  /** No value, or one that is part of the text. */
  boolean part(String name, String text) {
    return !has(name) || get(name).stream().anyMatch(text::contains);
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

  boolean flag(String name, boolean otherwise) {
    if (!has(name)) {
      return otherwise;
    }
    return switch (get(name).getFirst()) {
      case "1", "true" -> true;
      case "0", "false" -> false;
      default -> throw new InvalidParameter("invalid filter '" + name + "=" + get(name) + "'");
    };
  }
}
