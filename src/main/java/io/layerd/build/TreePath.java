package io.layerd.build;

import io.layerd.error.NotFound;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.Stat;
import io.layerd.sys.Sys;
import io.layerd.sys.TreeCopy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Names inside a directory that is taken as {@code /} by every link on the way. The tree must be at
 * rest.
 *
 * @param host the name on the host
 * @param stat null if there is nothing of this name; never a link
 */
@SuppressWarnings("ArrayRecordComponent") // names are bytes
record TreePath(byte[] host, @Nullable Stat stat) {
  private static final int MOST_LINKS = 255;
  private static final int ENOTDIR = 20;

  /** Follows all links, the last one too; what does not exist is taken as it stands. */
  static TreePath follow(Sys sys, Path root, String inside) throws ErrnoException {
    return new Walk(sys, bytes(root)).to(inside);
  }

  /**
   * @throws NotFound in the words of Go's stat if there is nothing
   */
  Stat existing(String shown) {
    if (stat == null) {
      throw new NotFound("stat " + shown + ": file does not exist");
    }
    return stat;
  }

  static byte[] bytes(Path path) {
    return path.toAbsolutePath().toString().getBytes(StandardCharsets.UTF_8);
  }

  static byte[] bytes(String name) {
    return name.getBytes(StandardCharsets.UTF_8);
  }

  private static final class Walk {
    private final Sys sys;
    private final Deque<byte[]> path = new ArrayDeque<>();
    private int links;

    Walk(Sys sys, byte[] root) {
      this.sys = sys;
      path.push(root);
    }

    TreePath to(String inside) throws ErrnoException {
      Deque<String> rest = new ArrayDeque<>();
      push(rest, inside);
      Stat stat = sys.lstatat(Sys.AT_FDCWD, path.getLast());
      while (!rest.isEmpty()) {
        String part = rest.pop();
        if (part.isEmpty() || part.equals(".")) {
          continue;
        }
        if (part.equals("..")) {
          if (path.size() > 1) {
            path.pop();
          }
          stat = find(path.element());
          continue;
        }
        byte[] next = TreeCopy.join(path.element(), bytes(part));
        stat = find(next);
        if (stat == null || !stat.isSymlink()) {
          path.push(next);
          continue;
        }
        if (++links > MOST_LINKS) {
          throw new ErrnoException("openat", inside, 40);
        }
        String target = new String(sys.readlinkat(Sys.AT_FDCWD, next), StandardCharsets.UTF_8);
        if (target.startsWith("/")) {
          byte[] root = path.getLast();
          path.clear();
          path.push(root);
        }
        push(rest, target);
      }
      return new TreePath(path.element(), stat);
    }

    private @Nullable Stat find(byte[] name) throws ErrnoException {
      try {
        return sys.findat(Sys.AT_FDCWD, name);
      } catch (ErrnoException e) {
        if (e.errno() == ENOTDIR) {
          return null; // below a file there is nothing
        }
        throw e;
      }
    }

    private static void push(Deque<String> rest, String path) {
      String[] parts = path.split("/", -1);
      for (int i = parts.length - 1; i >= 0; i--) {
        rest.push(parts[i]);
      }
    }
  }
}
