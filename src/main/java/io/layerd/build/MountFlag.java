package io.layerd.build;

import io.layerd.error.InvalidParameter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/** One {@code --mount} of RUN: a type, and values by the names of the reference. */
record MountFlag(String type, Map<String, String> values) {
  private static final Set<String> TYPES = Set.of("bind", "cache", "tmpfs", "secret", "ssh");
  private static final Map<String, String> OTHER_NAMES =
      Map.of(
          "dst", "target",
          "destination", "target",
          "src", "source",
          "ro", "readonly",
          "rw", "readwrite");
  private static final Set<String> KEYS =
      Set.of(
          "type",
          "target",
          "source",
          "from",
          "readonly",
          "readwrite",
          "id",
          "sharing",
          "size",
          "mode",
          "uid",
          "gid",
          "required",
          "env");

  /**
   * @param expand replaces variables
   */
  static MountFlag parse(String text, UnaryOperator<String> expand) {
    Map<String, String> values = new LinkedHashMap<>();
    for (String field : fields(text)) {
      int equals = field.indexOf('=');
      String name = (equals < 0 ? field : field.substring(0, equals)).toLowerCase(Locale.ROOT);
      name = OTHER_NAMES.getOrDefault(name, name);
      if (!KEYS.contains(name)) {
        throw new InvalidParameter("unexpected key '" + name + "' in '" + field + "'");
      }
      boolean flag = equals < 0;
      if (flag && !Set.of("readonly", "readwrite", "required").contains(name)) {
        throw new InvalidParameter("invalid field '" + field + "' must be a key=value pair");
      }
      values.put(name, flag ? "true" : expand.apply(field.substring(equals + 1)));
    }
    String type = values.getOrDefault("type", "bind");
    if (!TYPES.contains(type)) {
      throw new InvalidParameter("unsupported mount type \"" + type + "\"");
    }
    return new MountFlag(type, values);
  }

  /** The image or stage a mount's files come from, as it is written; empty for none. */
  static String source(String text) {
    for (String field : fields(text)) {
      if (field.startsWith("from=")) {
        return field.substring("from=".length());
      }
    }
    return "";
  }

  /** Comma-separated; a field in quotes may hold commas. */
  private static List<String> fields(String text) {
    List<String> fields = new ArrayList<>();
    StringBuilder field = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"') {
        quoted = !quoted;
      } else if (c == ',' && !quoted) {
        fields.add(field.toString());
        field.setLength(0);
      } else {
        field.append(c);
      }
    }
    fields.add(field.toString());
    return fields;
  }

  String text(String name) {
    return values.getOrDefault(name, "");
  }

  boolean flag(String name) {
    String value = text(name);
    return !value.isEmpty() && !value.equals("false") && !value.equals("0");
  }

  /**
   * @param radix 8 for modes
   */
  int number(String name, int radix, int fallback) {
    String value = text(name);
    try {
      return value.isEmpty() ? fallback : Integer.parseInt(value, radix);
    } catch (NumberFormatException e) {
      throw new InvalidParameter("invalid value for " + name + ": " + value, e);
    }
  }

  /** Bytes, with k, m or g behind the number. */
  long size() {
    String value = text("size").toLowerCase(Locale.ROOT);
    if (value.isEmpty()) {
      return 0;
    }
    String digits = value.replaceFirst("[kmg]?i?b?$", "");
    String unit = value.substring(digits.length());
    long factor =
        switch (unit.isEmpty() ? 'b' : unit.charAt(0)) {
          case 'k' -> 1L << 10;
          case 'm' -> 1L << 20;
          case 'g' -> 1L << 30;
          default -> 1;
        };
    try {
      return Math.multiplyExact(Long.parseLong(digits), factor);
    } catch (NumberFormatException | ArithmeticException e) {
      throw new InvalidParameter("invalid value for size: " + value, e);
    }
  }
}
