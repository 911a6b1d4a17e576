package io.layerd.image;

import io.layerd.error.InvalidParameter;

/** Shell patterns as Go's path.Match has them: {@code *} and {@code ?} stop at a slash. */
final class Globs {
  private Globs() {}

  /**
   * Whether the whole name fits.
   *
   * @throws InvalidParameter {@code syntax error in pattern}
   */
  static boolean matches(String pattern, String name) {
    check(pattern);
    return matches(pattern, 0, name, 0);
  }

  private static boolean matches(String pattern, int at, String name, int from) {
    int p = at;
    int n = from;
    while (p < pattern.length()) {
      char c = pattern.charAt(p);
      if (c == '*') {
        for (int end = n; ; end++) {
          if (matches(pattern, p + 1, name, end)) {
            return true;
          }
          if (end >= name.length() || name.charAt(end) == '/') {
            return false;
          }
        }
      }
      if (n >= name.length()) {
        return false;
      }
      char actual = name.charAt(n);
      switch (c) {
        case '?' -> {
          if (actual == '/') {
            return false;
          }
          p++;
        }
        case '[' -> {
          if (!inClass(pattern, p, actual)) {
            return false;
          }
          p = classEnd(pattern, p) + 1;
        }
        case '\\' -> {
          if (pattern.charAt(p + 1) != actual) {
            return false;
          }
          p += 2;
        }
        default -> {
          if (c != actual) {
            return false;
          }
          p++;
        }
      }
      n++;
    }
    return n == name.length();
  }

  private static boolean inClass(String pattern, int open, char actual) {
    int at = open + 1;
    boolean negated = pattern.charAt(at) == '^';
    at += negated ? 1 : 0;
    boolean found = false;
    int end = classEnd(pattern, open);
    while (at < end) {
      at += pattern.charAt(at) == '\\' ? 1 : 0;
      char low = pattern.charAt(at++);
      char high = low;
      if (at < end && pattern.charAt(at) == '-') {
        at++;
        at += pattern.charAt(at) == '\\' ? 1 : 0;
        high = pattern.charAt(at++);
      }
      found |= low <= actual && actual <= high;
    }
    return found != negated;
  }

  private static int classEnd(String pattern, int open) {
    int at = open + 1;
    if (at < pattern.length() && pattern.charAt(at) == '^') {
      at++;
    }
    for (int first = at; at < pattern.length(); at++) {
      char c = pattern.charAt(at);
      if (c == '\\') {
        at++;
      } else if (c == ']' && at > first) {
        return at;
      }
    }
    return -1;
  }

  private static void check(String pattern) {
    for (int at = 0; at < pattern.length(); at++) {
      char c = pattern.charAt(at);
      int end = c == '\\' ? (at + 1 < pattern.length() ? at + 1 : -1) : at;
      if (c == '[') {
        end = classEnd(pattern, at);
        if (end > 0 && (pattern.charAt(end - 1) == '-' || pattern.charAt(at + 1) == '-')) {
          end = -1;
        }
      }
      if (end < 0) {
        throw new InvalidParameter("syntax error in pattern");
      }
      at = end;
    }
  }
}
