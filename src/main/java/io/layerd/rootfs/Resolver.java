package io.layerd.rootfs;

import io.layerd.error.NotFound;
import io.layerd.error.SystemFailure;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.Stat;
import io.layerd.sys.Sys;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import jnr.constants.platform.Errno;

/**
 * Follows a container's links part by part, each looked up by descriptor inside the root. The
 * answer holds no link; whoever opens it forbids links, so that one put there meanwhile leads
 * nowhere.
 */
final class Resolver {
  /** As many as dockerd follows; the kernel itself gives up after 40. */
  private static final int MOST_LINKS = 255;

  private final Sys sys;
  private final int root;

  Resolver(Sys sys, int root) {
    this.sys = sys;
    this.root = root;
  }

  /** What to do with a part that does not exist. */
  enum Missing {
    REFUSE,
    KEEP
  }

  /**
   * Where a clean path leads when every link is followed.
   *
   * @throws NotFound if a part is missing
   * @throws SystemFailure if a part that is no directory has something below it, or links never end
   */
  String follow(String clean, Missing missing, String whenEndless) {
    Deque<String> rest = new ArrayDeque<>();
    push(rest, clean);
    Deque<String> done = new ArrayDeque<>();
    int links = 0;
    while (!rest.isEmpty()) {
      String part = rest.pop();
      if (part.isEmpty() || part.equals(".")) {
        continue;
      }
      if (part.equals("..")) {
        done.pollLast();
        continue;
      }
      byte[] target = readLink("/" + String.join("/", done), part, missing);
      if (target.length == 0) {
        done.addLast(part);
        continue;
      }
      if (++links > MOST_LINKS) {
        throw new SystemFailure(whenEndless);
      }
      if (target[0] == '/') {
        done.clear();
      }
      push(rest, new String(target, StandardCharsets.UTF_8));
    }
    return "/" + String.join("/", done);
  }

  /** The target of a link; empty if it is none. */
  private byte[] readLink(String directory, String name, Missing missing) {
    try {
      int fd = open(directory, Sys.O_PATH | Sys.O_DIRECTORY);
      try {
        Stat stat = sys.lstatat(fd, bytes(name));
        return stat.isSymlink() ? sys.readlinkat(fd, bytes(name)) : new byte[0];
      } finally {
        sys.close(fd);
      }
    } catch (ErrnoException e) {
      if (missing == Missing.KEEP && (e.is(Errno.ENOENT) || e.is(Errno.ENOTDIR))) {
        return new byte[0];
      }
      throw failure(e, directory.equals("/") ? "/" + name : directory + "/" + name);
    }
  }

  /** Opens a path that holds no link; the caller closes it. */
  int open(String resolved, int flags) throws ErrnoException {
    byte[] name = bytes(resolved.equals("/") ? "." : resolved.substring(1));
    while (true) {
      try {
        return sys.openat2(root, name, flags, 0, Sys.RESOLVE_IN_ROOT | Sys.RESOLVE_NO_SYMLINKS);
      } catch (ErrnoException e) {
        // Something on the machine was renamed or mounted while a ".." was walked.
        if (!e.is(Errno.EAGAIN)) {
          throw e;
        }
      }
    }
  }

  /** In dockerd's words: what is missing is not found, whatever else is the container's trouble. */
  static RuntimeException failure(ErrnoException e, String path) {
    if (e.is(Errno.ENOENT)) {
      return new NotFound("lstat " + path + ": no such file or directory", e);
    }
    if (e.is(Errno.ENOTDIR)) {
      return new SystemFailure("lstat " + path + ": not a directory", e);
    }
    if (e.is(Errno.ELOOP)) {
      return new SystemFailure("lstat " + path + ": too many levels of symbolic links", e);
    }
    if (e.is(Errno.ENAMETOOLONG)) {
      return new SystemFailure("lstat " + path + ": file name too long", e);
    }
    return new SystemFailure("lstat " + path + ": " + e.getMessage(), e);
  }

  static byte[] bytes(String name) {
    return name.getBytes(StandardCharsets.UTF_8);
  }

  private static void push(Deque<String> rest, String path) {
    String[] parts = path.split("/", -1);
    for (int i = parts.length - 1; i >= 0; i--) {
      rest.push(parts[i]);
    }
  }
}
