package io.layerd.api;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A path without empty and dot segments, as Go's {@code path.Clean} makes it; a slash at the end
 * stays.
 */
final class CleanPath {
  private CleanPath() {}

  static String of(String path) {
    Deque<String> segments = new ArrayDeque<>();
    for (String segment : path.split("/", -1)) {
      if (segment.equals("..")) {
        segments.pollLast();
      } else if (!segment.isEmpty() && !segment.equals(".")) {
        segments.addLast(segment);
      }
    }
    String clean = "/" + String.join("/", segments);
    return path.endsWith("/") && !clean.equals("/") ? clean + "/" : clean;
  }
}
