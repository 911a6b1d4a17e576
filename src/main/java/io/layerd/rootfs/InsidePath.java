package io.layerd.rootfs;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A path in a container as a user wrote it.
 *
 * @param clean absolute, without {@code .}, {@code ..} and empty parts
 * @param name its last part as Go's {@code filepath.Base} has it, with a {@code .} that was written
 * @param wantsDirectory whether it ends with a slash or a dot, and so names what a link leads to
 */
record InsidePath(String clean, String name, boolean wantsDirectory) {

  static InsidePath parse(String written) {
    Deque<String> parts = new ArrayDeque<>();
    for (String part : written.split("/", -1)) {
      if (part.equals("..")) {
        parts.pollLast();
      } else if (!part.isEmpty() && !part.equals(".")) {
        parts.addLast(part);
      }
    }
    boolean dot = written.equals(".") || written.endsWith("/.");
    String name = dot ? "." : parts.isEmpty() ? "/" : parts.getLast();
    return new InsidePath(
        "/" + String.join("/", parts), name, dot || written.endsWith("/") || parts.isEmpty());
  }
}
