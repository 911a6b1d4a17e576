package io.layerd.graph.tree;

import io.layerd.sys.ErrnoException;
import io.layerd.sys.Stat;
import io.layerd.sys.Sys;
import java.util.Arrays;
import java.util.List;

/** Owner, mode, extended attributes and time of files, copied and compared. */
final class Attributes {
  private final Sys sys;

  Attributes(Sys sys) {
    this.sys = sys;
  }

  /** Extended attributes of a name; none where the file system has none. */
  List<byte[]> names(byte[] path) throws ErrnoException {
    try {
      return sys.llistxattr(path);
    } catch (ErrnoException e) {
      if (e.is(ErrnoException.EOPNOTSUPP)) {
        return List.of();
      }
      throw e;
    }
  }

  boolean isOpaque(int parent, byte[] name) throws ErrnoException {
    byte[] path = Names.path(parent, name);
    for (byte[] attribute : names(path)) {
      if (Arrays.equals(attribute, Names.OPAQUE)) {
        return Arrays.equals(sys.lgetxattr(path, Names.OPAQUE), new byte[] {'y'});
      }
    }
    return false;
  }

  /**
   * Gives a file that was just made, and is no link, everything the other one has. The owner comes
   * first: its change takes set-user-ID bits and capabilities away.
   *
   * @param keepMarks whether overlayfs's own attributes are copied as well
   */
  void copy(byte[] from, byte[] to, Stat stat, boolean keepMarks) throws ErrnoException {
    sys.lchownat(Sys.AT_FDCWD, to, stat.uid(), stat.gid());
    for (byte[] attribute : names(from)) {
      if (keepMarks || !Names.isOverlayMark(attribute)) {
        set(to, attribute, sys.lgetxattr(from, attribute));
      }
    }
    if (!stat.isSymlink()) {
      sys.fchmodat(Sys.AT_FDCWD, to, stat.permissions());
    }
    time(to, stat);
  }

  /** Makes a directory's attributes those of another one; it had its own before. */
  void replace(byte[] from, byte[] to, Stat stat) throws ErrnoException {
    for (byte[] attribute : names(to)) {
      remove(to, attribute);
    }
    copy(from, to, stat, false);
  }

  void time(byte[] path, Stat stat) throws ErrnoException {
    sys.utimensat(Sys.AT_FDCWD, path, stat.mtimeSeconds(), stat.mtimeNanos());
  }

  // Some, SELinux labels for one, are not ours to set or to take away.
  private void set(byte[] path, byte[] attribute, byte[] value) throws ErrnoException {
    try {
      sys.lsetxattr(path, attribute, value);
    } catch (ErrnoException e) {
      if (!e.is(ErrnoException.EOPNOTSUPP)) {
        throw e;
      }
    }
  }

  private void remove(byte[] path, byte[] attribute) throws ErrnoException {
    try {
      sys.lremovexattr(path, attribute);
    } catch (ErrnoException e) {
      if (!e.is(ErrnoException.EOPNOTSUPP)) {
        throw e;
      }
    }
  }

  /** Whether two names have the same attributes and, unless they are directories, content. */
  boolean same(int parent, int otherParent, byte[] name, Stat stat, Stat other)
      throws ErrnoException {
    if (stat.mode() != other.mode() || stat.uid() != other.uid() || stat.gid() != other.gid()) {
      return false;
    }
    if (!stat.isDirectory() && !sameContent(stat, other)) {
      return false;
    }
    if (stat.isSymlink()
        && !Arrays.equals(sys.readlinkat(parent, name), sys.readlinkat(otherParent, name))) {
      return false;
    }
    return sameExtended(Names.path(parent, name), Names.path(otherParent, name));
  }

  // A file that was written has another time: copies keep theirs to the nanosecond.
  private static boolean sameContent(Stat stat, Stat other) {
    return stat.sizeBytes() == other.sizeBytes()
        && stat.mtimeSeconds() == other.mtimeSeconds()
        && stat.mtimeNanos() == other.mtimeNanos()
        && stat.rdevMajor() == other.rdevMajor()
        && stat.rdevMinor() == other.rdevMinor();
  }

  private boolean sameExtended(byte[] path, byte[] other) throws ErrnoException {
    List<byte[]> names = names(path);
    if (names.size() != names(other).size()) {
      return false;
    }
    for (byte[] name : names) {
      if (!Arrays.equals(value(path, name), value(other, name))) {
        return false;
      }
    }
    return true;
  }

  private byte[] value(byte[] path, byte[] name) throws ErrnoException {
    try {
      return sys.lgetxattr(path, name);
    } catch (ErrnoException e) {
      if (e.is(ErrnoException.ENODATA)) {
        return new byte[0];
      }
      throw e;
    }
  }
}
