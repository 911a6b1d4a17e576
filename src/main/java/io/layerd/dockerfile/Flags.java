package io.layerd.dockerfile;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The {@code --name=value} words before an instruction's arguments.
 *
 * @param rest what follows them
 */
record Flags(Map<String, List<String>> values, String rest) {
  /**
   * @param text the instruction without its keyword
   */
  static Flags of(String text, char escape) {
    Map<String, List<String>> values = new LinkedHashMap<>();
    String rest = text.stripLeading();
    while (rest.startsWith("--")) {
      String word = Words.quoted(rest, escape).getFirst();
      rest = rest.substring(word.length()).stripLeading();
      if (word.equals("--")) {
        break;
      }
      String flag = unquote(word.substring(2), escape);
      int equals = flag.indexOf('=');
      values
          .computeIfAbsent(equals < 0 ? flag : flag.substring(0, equals), _ -> new ArrayList<>())
          .add(equals < 0 ? NO_VALUE : flag.substring(equals + 1));
    }
    return new Flags(values, rest);
  }

  /** Stands for a flag without an equals sign. Told from others by identity. */
  @SuppressWarnings("StringOperationCanBeSimplified")
  private static final String NO_VALUE = new String("");

  private static String unquote(String word, char escape) {
    StringBuilder text = new StringBuilder();
    char quote = 0;
    for (int i = 0; i < word.length(); i++) {
      char c = word.charAt(i);
      if (c == escape && i + 1 < word.length()) {
        text.append(word.charAt(++i));
      } else if (quote == 0 && (c == '"' || c == '\'')) {
        quote = c;
      } else if (c == quote) {
        quote = 0;
      } else {
        text.append(c);
      }
    }
    return text.toString();
  }

  /** Refuses flags that the instruction does not know. */
  void allow(String... names) {
    for (String name : values.keySet()) {
      if (!List.of(names).contains(name)) {
        throw new InstructionParser.Misuse("unknown flag: --" + name + Spelling.hint(name, names));
      }
    }
  }

  /** The flag's value; empty if it is absent. */
  String text(String name) {
    List<String> given = values.getOrDefault(name, List.of());
    if (given.size() > 1) {
      throw new InstructionParser.Misuse("duplicate flag specified: --" + name);
    }
    return given.isEmpty() ? "" : value(name, given.getFirst());
  }

  List<String> all(String name) {
    return values.getOrDefault(name, List.of()).stream().map(text -> value(name, text)).toList();
  }

  @SuppressWarnings({"ReferenceEquality", "StringEquality"})
  private static String value(String name, String text) {
    if (text == NO_VALUE) {
      throw new InstructionParser.Misuse("missing a value on flag: --" + name);
    }
    return text;
  }

  boolean has(String name) {
    return values.containsKey(name);
  }

  /** A flag that is there or not, or says {@code true} or {@code false}. */
  @SuppressWarnings({"ReferenceEquality", "StringEquality"})
  boolean isSet(String name) {
    List<String> given = values.getOrDefault(name, List.of());
    if (given.isEmpty()) {
      return false;
    }
    String text = given.getLast();
    if (text == NO_VALUE || text.equalsIgnoreCase("true")) {
      return true;
    }
    if (text.equalsIgnoreCase("false")) {
      return false;
    }
    throw new InstructionParser.Misuse(
        "expecting boolean value for flag " + name + ", not: " + text);
  }
}
