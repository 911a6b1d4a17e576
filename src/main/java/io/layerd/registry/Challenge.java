package io.layerd.registry;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * One challenge of a {@code WWW-Authenticate} header. RFC 7235, section 4.1.
 *
 * @param scheme lower case: basic, bearer
 * @param parameters names in lower case
 */
record Challenge(String scheme, Map<String, String> parameters) {
  String parameter(String name) {
    return parameters.getOrDefault(name, "");
  }

  /** Parses all header lines; what is malformed ends its line. */
  static List<Challenge> parse(List<String> headers) {
    List<Challenge> challenges = new ArrayList<>();
    for (String header : headers) {
      new Parser(header).into(challenges);
    }
    return challenges;
  }

  private static final class Parser {
    private final String text;
    private int at;

    Parser(String text) {
      this.text = text;
    }

    void into(List<Challenge> challenges) {
      while (true) {
        skip(" \t,");
        String scheme = token();
        if (scheme.isEmpty()) {
          return;
        }
        Map<String, String> parameters = new HashMap<>();
        challenges.add(new Challenge(scheme.toLowerCase(Locale.ROOT), parameters));
        parameters(parameters);
      }
    }

    /** Reads {@code name=value} pairs until a word without an equals sign: the next scheme. */
    private void parameters(Map<String, String> parameters) {
      while (true) {
        skip(" \t,");
        int start = at;
        String name = token();
        skip(" \t");
        if (name.isEmpty() || at >= text.length() || text.charAt(at) != '=') {
          at = start;
          return;
        }
        at++;
        skip(" \t");
        parameters.put(name.toLowerCase(Locale.ROOT), value());
      }
    }

    private String value() {
      if (at >= text.length() || text.charAt(at) != '"') {
        return token();
      }
      StringBuilder value = new StringBuilder();
      for (at++; at < text.length() && text.charAt(at) != '"'; at++) {
        if (text.charAt(at) == '\\' && at + 1 < text.length()) {
          at++;
        }
        value.append(text.charAt(at));
      }
      at++;
      return value.toString();
    }

    private String token() {
      int start = at;
      while (at < text.length() && " \t,=\"".indexOf(text.charAt(at)) < 0) {
        at++;
      }
      return text.substring(start, at);
    }

    private void skip(String any) {
      while (at < text.length() && any.indexOf(text.charAt(at)) >= 0) {
        at++;
      }
    }
  }
}
