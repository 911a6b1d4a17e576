package io.layerd.buildkit;

import java.util.ArrayList;
import java.util.List;

/** The lines of a {@code .dockerignore} in the form in which clients apply them. */
final class IgnorePatterns {
  private IgnorePatterns() {}

  static List<String> parse(String text) {
    List<String> patterns = new ArrayList<>();
    String plain = text.startsWith("\uFEFF") ? text.substring(1) : text;
    for (String line : plain.split("\r?\n")) {
      String pattern = line.strip();
      if (pattern.isEmpty() || line.startsWith("#")) {
        continue;
      }
      boolean back = pattern.startsWith("!");
      String clean = clean(back ? pattern.substring(1).strip() : pattern);
      patterns.add(back ? "!" + clean : clean);
    }
    return patterns;
  }

  /** As Go's {@code filepath.Clean}, and without a slash in front. */
  private static String clean(String pattern) {
    List<String> parts = new ArrayList<>();
    for (String part : pattern.split("/")) {
      if (part.equals("..") && !parts.isEmpty() && !parts.getLast().equals("..")) {
        parts.removeLast();
      } else if (!part.isEmpty() && !part.equals(".")) {
        parts.add(part);
      }
    }
    return parts.isEmpty() ? "." : String.join("/", parts);
  }
}
