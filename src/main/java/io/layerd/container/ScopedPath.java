package io.layerd.container;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;

/** Follows a container's path inside its root: links on the way never lead out. */
final class ScopedPath {
  private static final int MOST_LINKS = 40;

  private ScopedPath() {}

  /** The host path of a container path; it need not exist. */
  static Path resolve(Path root, String inside) throws IOException {
    Deque<String> rest = new ArrayDeque<>();
    push(rest, inside);
    Path at = root;
    int links = 0;
    while (!rest.isEmpty()) {
      String part = rest.pop();
      if (part.isEmpty() || part.equals(".")) {
        continue;
      }
      if (part.equals("..")) {
        at = at.equals(root) ? root : parent(at);
        continue;
      }
      Path next = at.resolve(part);
      if (!Files.isSymbolicLink(next)) {
        at = next;
        continue;
      }
      if (++links > MOST_LINKS) {
        throw new IOException("too many links in " + inside);
      }
      String target = Files.readSymbolicLink(next).toString();
      if (target.startsWith("/")) {
        at = root;
      }
      push(rest, target);
    }
    return at;
  }

  private static void push(Deque<String> rest, String path) {
    String[] parts = path.split("/", -1);
    for (int i = parts.length - 1; i >= 0; i--) {
      rest.push(parts[i]);
    }
  }

  private static Path parent(Path path) {
    Path parent = path.getParent();
    return parent == null ? path : parent;
  }
}
