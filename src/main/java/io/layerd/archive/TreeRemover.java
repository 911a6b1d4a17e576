package io.layerd.archive;

import io.layerd.sys.DirEntry;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.Stat;
import io.layerd.sys.Sys;
import java.util.function.Predicate;

/** Deletes names and what is below them, never following a link. */
final class TreeRemover {
  private static final int MAX_DEPTH = 2048;

  private final Sys sys;
  private long freedBytes;

  TreeRemover(Sys sys) {
    this.sys = sys;
  }

  /** Sizes of the files and links whose last name was removed. */
  long freedBytes() {
    return freedBytes;
  }

  /**
   * Deletes a name, if it is there.
   *
   * @return whether a cached descriptor or a resolved path may have gone stale: it was a directory
   *     or a link
   */
  boolean remove(int parent, byte[] name) throws ErrnoException {
    Stat stat;
    try {
      stat = sys.lstatat(parent, name);
    } catch (ErrnoException e) {
      if (e.errno() == Errno.ENOENT) {
        return false;
      }
      throw e;
    }
    remove(parent, name, stat, 0);
    return stat.isDirectory() || stat.isSymlink();
  }

  private void remove(int parent, byte[] name, Stat stat, int depth) throws ErrnoException {
    if (!stat.isDirectory()) {
      sys.unlinkat(parent, name, 0);
      if (stat.linkCount() == 1 && (stat.isRegular() || stat.isSymlink())) {
        freedBytes += stat.sizeBytes();
      }
      return;
    }
    int fd = open(parent, name, depth);
    try {
      for (DirEntry child : sys.readDirectory(fd)) {
        remove(fd, child.name(), sys.lstatat(fd, child.name()), depth + 1);
      }
    } finally {
      sys.close(fd);
    }
    sys.unlinkat(parent, name, Sys.AT_REMOVEDIR);
  }

  /** Deletes everything in a directory but the paths to keep and the directories that hold them. */
  void removeAllBut(int directory, byte[] path, Predicate<byte[]> keep) throws ErrnoException {
    int fd = open(directory, new byte[] {'.'}, 0);
    try {
      prune(fd, path, keep, 0);
    } finally {
      sys.close(fd);
    }
  }

  private void prune(int fd, byte[] path, Predicate<byte[]> keep, int depth) throws ErrnoException {
    for (DirEntry child : sys.readDirectory(fd)) {
      byte[] name = child.name();
      byte[] childPath = TarNames.join(path, name);
      if (sys.lstatat(fd, name).isDirectory()) {
        int below = open(fd, name, depth);
        try {
          prune(below, childPath, keep, depth + 1);
        } finally {
          sys.close(below);
        }
        if (!keep.test(childPath)) {
          removeIfEmpty(fd, name);
        }
      } else if (!keep.test(childPath)) {
        sys.unlinkat(fd, name, 0);
      }
    }
  }

  private void removeIfEmpty(int fd, byte[] name) throws ErrnoException {
    try {
      sys.unlinkat(fd, name, Sys.AT_REMOVEDIR);
    } catch (ErrnoException e) {
      if (e.errno() != Errno.ENOTEMPTY) {
        throw e;
      }
    }
  }

  private int open(int parent, byte[] name, int depth) throws ErrnoException {
    if (depth > MAX_DEPTH) {
      throw new ErrnoException("openat", TarNames.text(name), Errno.ELOOP);
    }
    return sys.openat(parent, name, Sys.O_RDONLY | Sys.O_DIRECTORY | Sys.O_NOFOLLOW, 0);
  }
}
