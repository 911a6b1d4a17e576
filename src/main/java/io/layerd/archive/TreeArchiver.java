package io.layerd.archive;

import io.layerd.sys.DirEntry;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.Stat;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Walks a directory by descriptors, in the order of names, and writes what it finds to a tar. Links
 * are never followed; sockets are left out; files that vanish meanwhile are, too.
 *
 * <p>Times are cut to seconds as dockerd does.
 */
final class TreeArchiver {
  private static final int MAX_DEPTH = 2048;
  private static final int DIRECTORY = Sys.O_RDONLY | Sys.O_DIRECTORY | Sys.O_NOFOLLOW;
  private static final byte[] CAPABILITY = TarNames.bytes("security.capability");
  private static final byte[] USER = TarNames.bytes("user.");

  private final Sys sys;
  private final TreeOutput out;
  private final boolean layer;
  private final Map<Inode, byte[]> links = new HashMap<>();

  private record Inode(int devMajor, int devMinor, long number) {
    // Written out: the compiler's own is interpreted in a native image, a thousand times slower.
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Inode that
          && number == that.number
          && devMinor == that.devMinor
          && devMajor == that.devMajor;
    }

    @Override
    public int hashCode() {
      return Long.hashCode(number);
    }
  }

  /**
   * @param layer whether overlayfs's whiteouts and opaque directories become those of OCI layers
   */
  TreeArchiver(Sys sys, TreeOutput out, boolean layer) {
    this.sys = sys;
    this.out = out;
    this.layer = layer;
  }

  /** Everything in an open directory; {@code path} is its name in the tar, empty for none. */
  void children(int fd, byte[] path, int depth) throws IOException {
    if (depth > MAX_DEPTH) {
      throw new ErrnoException("openat", TarNames.text(path), Errno.ELOOP);
    }
    List<byte[]> names = new ArrayList<>();
    for (DirEntry entry : sys.readDirectory(fd)) {
      names.add(entry.name());
    }
    names.sort(Arrays::compareUnsigned);
    for (byte[] name : names) {
      try {
        one(fd, name, TarNames.join(path, name), depth);
      } catch (ErrnoException e) {
        if (e.errno() != Errno.ENOENT) {
          throw e;
        }
      }
    }
  }

  /** A name in an open directory and what is below it. */
  void one(int parent, byte[] base, byte[] path, int depth) throws IOException {
    Stat stat = sys.lstatat(parent, base);
    switch (stat.type()) {
      case Stat.S_IFDIR -> directory(parent, base, path, depth);
      case Stat.S_IFREG -> {
        if (!linked(stat, path)) {
          regular(parent, base, path);
        }
      }
      case Stat.S_IFLNK -> {
        byte[] target = sys.readlinkat(parent, base);
        if (!linked(stat, path)) {
          out.entry(entry('2', path, target, stat, 0, List.of()));
        }
      }
      case Stat.S_IFCHR, Stat.S_IFBLK, Stat.S_IFIFO -> special(stat, path);
      default -> {
        // a socket is nothing without the process that listens
      }
    }
  }

  private void directory(int parent, byte[] base, byte[] path, int depth) throws IOException {
    int fd = sys.openat(parent, base, DIRECTORY, 0);
    try {
      Stat stat = sys.fstat(fd);
      byte[] name = TarNames.join(path, TarNames.EMPTY);
      out.entry(entry('5', name, TarNames.EMPTY, stat, 0, xattrs(fd)));
      opaque(fd, path, stat);
      children(fd, path, depth + 1);
    } finally {
      sys.close(fd);
    }
  }

  /** The mark of a directory that hides what is below it, if it has one. */
  void opaque(int fd, byte[] path, Stat stat) throws IOException {
    if (!layer || !Arrays.equals(attribute(fd, Whiteout.OPAQUE_XATTR), new byte[] {'y'})) {
      return;
    }
    byte[] name = TarNames.join(path, Whiteout.OPAQUE);
    out.entry(
        new TarEntry(
            '0',
            name,
            TarNames.EMPTY,
            stat.permissions() & 0777,
            stat.uid(),
            stat.gid(),
            0,
            0,
            0,
            0,
            0,
            List.of()));
  }

  private void special(Stat stat, byte[] path) throws IOException {
    if (layer && stat.isWhiteout()) {
      byte[] base = concat(Whiteout.PREFIX, TarNames.base(path));
      byte[] name = TarNames.join(TarNames.parent(path), base);
      out.entry(
          new TarEntry(
              '0',
              name,
              TarNames.EMPTY,
              0600,
              stat.uid(),
              stat.gid(),
              0,
              stat.mtimeSeconds(),
              0,
              0,
              0,
              List.of()));
      return;
    }
    if (linked(stat, path)) {
      return;
    }
    char type =
        switch (stat.type()) {
          case Stat.S_IFCHR -> '3';
          case Stat.S_IFBLK -> '4';
          default -> '6';
        };
    out.entry(entry(type, path, TarNames.EMPTY, stat, 0, List.of()));
  }

  /** Writes a hard link if the inode was seen before. */
  private boolean linked(Stat stat, byte[] path) throws IOException {
    if (stat.linkCount() < 2) {
      return false;
    }
    Inode inode = new Inode(stat.devMajor(), stat.devMinor(), stat.inode());
    byte[] first = links.putIfAbsent(inode, path);
    if (first == null) {
      return false;
    }
    out.entry(entry('1', path, first, stat, 0, List.of()));
    return true;
  }

  private void regular(int parent, byte[] base, byte[] path) throws IOException {
    int fd = sys.openat(parent, base, Sys.O_RDONLY | Sys.O_NOFOLLOW | Sys.O_NONBLOCK, 0);
    try {
      Stat stat = sys.fstat(fd);
      if (!stat.isRegular()) {
        return;
      }
      out.file(entry('0', path, TarNames.EMPTY, stat, stat.sizeBytes(), xattrs(fd)), fd);
    } finally {
      sys.close(fd);
    }
  }

  private static TarEntry entry(
      char type, byte[] name, byte[] link, Stat stat, long size, List<TarEntry.Xattr> xattrs) {
    boolean device = type == '3' || type == '4';
    return new TarEntry(
        type,
        name,
        link,
        stat.permissions(),
        stat.uid(),
        stat.gid(),
        size,
        stat.mtimeSeconds(),
        0,
        device ? stat.rdevMajor() : 0,
        device ? stat.rdevMinor() : 0,
        xattrs);
  }

  /** File capabilities; of a layer also what users set, which a commit must not lose. */
  private List<TarEntry.Xattr> xattrs(int fd) throws ErrnoException {
    List<TarEntry.Xattr> kept = new ArrayList<>();
    List<byte[]> names;
    try {
      names = sys.flistxattr(fd);
    } catch (ErrnoException e) {
      if (e.errno() == Errno.EOPNOTSUPP) {
        return List.of();
      }
      throw e;
    }
    for (byte[] name : names) {
      if (Arrays.equals(name, CAPABILITY) || (layer && TarNames.startsWith(name, USER))) {
        kept.add(new TarEntry.Xattr(name, sys.fgetxattr(fd, name)));
      }
    }
    kept.sort((a, b) -> Arrays.compareUnsigned(a.name(), b.name()));
    return kept;
  }

  private byte[] attribute(int fd, byte[] name) throws ErrnoException {
    try {
      return sys.fgetxattr(fd, name);
    } catch (ErrnoException e) {
      if (e.errno() == Errno.ENODATA || e.errno() == Errno.EOPNOTSUPP) {
        return TarNames.EMPTY;
      }
      throw e;
    }
  }

  private static byte[] concat(byte[] a, byte[] b) {
    byte[] joined = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, joined, a.length, b.length);
    return joined;
  }
}
