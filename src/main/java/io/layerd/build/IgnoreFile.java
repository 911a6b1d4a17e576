package io.layerd.build;

import io.layerd.error.InvalidParameter;
import java.util.ArrayList;
import java.util.List;

/**
 * The patterns of a {@code .dockerignore}: the last one that matches a path or a directory above it
 * decides. {@code **} is any number of directories, an exclamation mark takes a match back.
 */
final class IgnoreFile {
  private record Rule(Glob pattern, boolean excludes) {}

  private final List<Rule> rules = new ArrayList<>();
  private boolean exceptions;

  /**
   * @throws InvalidParameter if a pattern makes no sense
   */
  static IgnoreFile parse(String text) {
    IgnoreFile file = new IgnoreFile();
    String plain = text.startsWith("\uFEFF") ? text.substring(1) : text;
    for (String line : plain.split("\r?\n")) {
      String rule = line.strip();
      if (!rule.isEmpty() && !line.startsWith("#")) {
        file.add(rule);
      }
    }
    return file;
  }

  static IgnoreFile of(List<String> patterns) {
    IgnoreFile file = new IgnoreFile();
    patterns.forEach(file::add);
    return file;
  }

  private void add(String rule) {
    boolean excludes = !rule.startsWith("!");
    String pattern = excludes ? rule : rule.substring(1).strip();
    if (pattern.isEmpty()) {
      throw new InvalidParameter("illegal exclusion pattern: \"!\"");
    }
    String clean = clean(pattern);
    if (!clean.isEmpty()) {
      exceptions |= !excludes;
      rules.add(new Rule(Glob.compile(clean), excludes));
    }
  }

  /** Without dots, doubled slashes, and slashes at the ends. */
  private static String clean(String pattern) {
    List<String> parts = new ArrayList<>();
    for (String part : pattern.split("/")) {
      if (part.equals("..") && !parts.isEmpty()) {
        parts.removeLast();
      } else if (!part.isEmpty() && !part.equals(".") && !part.equals("..")) {
        parts.add(part);
      }
    }
    return String.join("/", parts);
  }

  boolean isEmpty() {
    return rules.isEmpty();
  }

  /** Whether something below an excluded directory may come back. */
  boolean hasExceptions() {
    return exceptions;
  }

  /**
   * @param path relative to the context, with slashes
   */
  boolean excludes(String path) {
    boolean excluded = false;
    for (Rule rule : rules) {
      if (rule.excludes() != excluded && matches(rule.pattern(), path)) {
        excluded = rule.excludes();
      }
    }
    return excluded;
  }

  private static boolean matches(Glob pattern, String path) {
    for (int end = path.length(); end > 0; end = path.lastIndexOf('/', end - 1)) {
      if (pattern.matches(path.substring(0, end))) {
        return true;
      }
    }
    return false;
  }
}
