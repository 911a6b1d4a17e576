package io.layerd.build;

import io.layerd.sys.ErrnoException;
import io.layerd.sys.Sys;
import io.layerd.sys.TreeCopy;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** Makes directories that are missing. */
final class Directories {
  private final Sys sys;
  private final TreeCopy.@Nullable Owner owner;
  private final int mode;

  /**
   * @param owner null is root
   */
  Directories(Sys sys, TreeCopy.@Nullable Owner owner, int mode) {
    this.sys = sys;
    this.owner = owner;
    this.mode = mode;
  }

  /**
   * Makes one and those above it.
   *
   * @param above whether those above get the owner too; dockerd does so where a file is copied, not
   *     where a directory is
   */
  void make(byte[] host, boolean above) throws ErrnoException {
    Deque<byte[]> missing = new ArrayDeque<>();
    byte[] next = host;
    while (sys.findat(Sys.AT_FDCWD, next) == null) {
      missing.push(next);
      next = parent(next);
    }
    for (byte[] directory : missing) {
      sys.mkdirat(Sys.AT_FDCWD, directory, mode);
      sys.fchmodat(Sys.AT_FDCWD, directory, mode);
      if (owner != null && (above || directory == host)) {
        sys.lchownat(Sys.AT_FDCWD, directory, owner.uid(), owner.gid());
      }
    }
  }

  static byte[] parent(byte[] path) {
    int slash = path.length - 1;
    while (slash > 0 && path[slash] != '/') {
      slash--;
    }
    return Arrays.copyOf(path, Math.max(1, slash));
  }
}
