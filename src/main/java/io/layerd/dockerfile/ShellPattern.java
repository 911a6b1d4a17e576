package io.layerd.dockerfile;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Patterns of the shell's {@code ${a#x}}: a star is any text, a question mark any character. */
final class ShellPattern {
  private final boolean empty;
  private final Pattern regex;

  /**
   * @param escape takes a star's meaning away
   */
  ShellPattern(String pattern, char escape) {
    empty = pattern.isEmpty();
    regex = compile(pattern, escape);
  }

  String withoutPrefix(String value, boolean longest) {
    for (int i = 0; i <= value.length(); i++) {
      int end = longest ? value.length() - i : i;
      if (regex.matcher(value).region(0, end).matches()) {
        return value.substring(end);
      }
    }
    return value;
  }

  String withoutSuffix(String value, boolean longest) {
    for (int i = 0; i <= value.length(); i++) {
      int start = longest ? i : value.length() - i;
      if (regex.matcher(value).region(start, value.length()).matches()) {
        return value.substring(0, start);
      }
    }
    return value;
  }

  String replaced(String value, String replacement, boolean all) {
    if (empty) {
      return value;
    }
    Matcher matcher = regex.matcher(value);
    String literal = Matcher.quoteReplacement(replacement);
    return all ? matcher.replaceAll(literal) : matcher.replaceFirst(literal);
  }

  private static Pattern compile(String pattern, char escape) {
    StringBuilder regex = new StringBuilder();
    for (int i = 0; i < pattern.length(); i++) {
      char c = pattern.charAt(i);
      if (c == '*') {
        regex.append(".*");
      } else if (c == '?') {
        regex.append('.');
      } else {
        boolean escaped = c == escape && i + 1 < pattern.length();
        regex.append(Pattern.quote(String.valueOf(escaped ? pattern.charAt(++i) : c)));
      }
    }
    return Pattern.compile(regex.toString(), Pattern.DOTALL);
  }
}
