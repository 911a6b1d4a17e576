package io.layerd.sys;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Copies files and directories as they are: content, owners, modes, times, extended attributes,
 * links, hard links and devices. Names are bytes throughout. Both trees must be at rest: paths are
 * walked as they stand, and only the callers know that no link among them leads astray.
 */
public final class TreeCopy {
  private static final int BUFFER_BYTES = 128 * 1024;
  private static final String OVERLAY_ATTRIBUTES = "trusted.overlay.";

  private final Sys sys;
  private final Options options;
  private final Map<Inode, byte[]> linked = new HashMap<>();
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);

  /**
   * What changes on the way.
   *
   * @param owner of all copies; null keeps each owner
   * @param mode makes type and permission bits the permission bits of all copies but links; null
   *     keeps each mode
   * @param excludes what is left out
   * @param attributesOptional a target that knows no extended attributes does without
   */
  public record Options(
      @Nullable Owner owner,
      @Nullable IntUnaryOperator mode,
      Excludes excludes,
      boolean attributesOptional) {
    /** Everything as it is. */
    public static final Options PLAIN = new Options(null, null, (_, _) -> false, true);
  }

  /** Names that are left out. */
  @FunctionalInterface
  public interface Excludes {
    boolean excludes(byte[] path, boolean directory);
  }

  /** A user and a group, by number. */
  public record Owner(int uid, int gid) {}

  private record Inode(int major, int minor, long number) {
    // Written out: the compiler's own is interpreted in a native image, a thousand times slower.
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Inode that
          && number == that.number
          && minor == that.minor
          && major == that.major;
    }

    @Override
    public int hashCode() {
      return Long.hashCode(number);
    }
  }

  /** For one or more copies among which hard links are kept. */
  public TreeCopy(Sys sys, Options options) {
    this.sys = sys;
    this.options = options;
  }

  /**
   * Copies what is in a directory into one that exists; directories of the same name become one,
   * other files are replaced.
   *
   * @param itself whether the target gets the source's owner, mode and times too
   */
  public void contents(byte[] from, byte[] to, boolean itself) throws ErrnoException {
    for (DirEntry entry : list(from)) {
      copy(join(from, entry.name()), join(to, entry.name()));
    }
    if (itself) {
      metadata(from, to, sys.lstatat(Sys.AT_FDCWD, from));
    }
  }

  /** Copies one file or directory to a name, in whose place something may stand. */
  public void copy(byte[] from, byte[] to) throws ErrnoException {
    Stat stat = sys.lstatat(Sys.AT_FDCWD, from);
    if (options.excludes().excludes(from, stat.isDirectory())) {
      return;
    }
    Stat there = sys.findat(Sys.AT_FDCWD, to);
    if (stat.isDirectory()) {
      directory(from, to, stat, there);
      return;
    }
    if (there != null) {
      clear(to, there);
    }
    if (stat.linkCount() > 1) {
      byte[] first =
          linked.putIfAbsent(new Inode(stat.devMajor(), stat.devMinor(), stat.inode()), to);
      if (first != null) {
        sys.linkat(Sys.AT_FDCWD, first, Sys.AT_FDCWD, to);
        return;
      }
    }
    switch (stat.type()) {
      case Stat.S_IFREG -> content(from, to);
      case Stat.S_IFLNK -> sys.symlinkat(sys.readlinkat(Sys.AT_FDCWD, from), Sys.AT_FDCWD, to);
      default ->
          sys.mknodat(Sys.AT_FDCWD, to, stat.type() | 0600, stat.rdevMajor(), stat.rdevMinor());
    }
    metadata(from, to, stat);
  }

  private void directory(byte[] from, byte[] to, Stat stat, @Nullable Stat there)
      throws ErrnoException {
    if (there != null && !there.isDirectory()) {
      sys.unlinkat(Sys.AT_FDCWD, to, 0);
    }
    if (there == null || !there.isDirectory()) {
      sys.mkdirat(Sys.AT_FDCWD, to, 0700);
    }
    for (DirEntry entry : list(from)) {
      copy(join(from, entry.name()), join(to, entry.name()));
    }
    metadata(from, to, stat);
  }

  private void clear(byte[] path, Stat there) throws ErrnoException {
    if (there.isDirectory()) {
      for (DirEntry entry : list(path)) {
        byte[] name = join(path, entry.name());
        clear(name, sys.lstatat(Sys.AT_FDCWD, name));
      }
    }
    sys.unlinkat(Sys.AT_FDCWD, path, there.isDirectory() ? Sys.AT_REMOVEDIR : 0);
  }

  private java.util.List<DirEntry> list(byte[] path) throws ErrnoException {
    int fd = sys.openat(Sys.AT_FDCWD, path, Sys.O_RDONLY | Sys.O_DIRECTORY | Sys.O_NOFOLLOW, 0);
    try {
      return sys.readDirectory(fd);
    } finally {
      sys.close(fd);
    }
  }

  private void content(byte[] from, byte[] to) throws ErrnoException {
    int in = sys.openat(Sys.AT_FDCWD, from, Sys.O_RDONLY | Sys.O_NOFOLLOW, 0);
    try {
      int flags = Sys.O_WRONLY | Sys.O_CREAT | Sys.O_EXCL | Sys.O_NOFOLLOW;
      int out = sys.openat(Sys.AT_FDCWD, to, flags, 0600);
      try {
        while (sys.read(in, buffer.clear()) > 0) {
          sys.writeFully(out, buffer.flip());
        }
      } finally {
        sys.close(out);
      }
    } finally {
      sys.close(in);
    }
  }

  /**
   * A change of owner takes setuid bits and capabilities away: it comes first for a copy that keeps
   * all, and last for one that gets a new owner, who must not get those by the way.
   */
  private void metadata(byte[] from, byte[] to, Stat stat) throws ErrnoException {
    Owner owner = options.owner();
    if (owner == null) {
      sys.lchownat(Sys.AT_FDCWD, to, stat.uid(), stat.gid());
    }
    if (!stat.isSymlink()) {
      IntUnaryOperator mode = options.mode();
      int bits = mode == null ? stat.permissions() : mode.applyAsInt(stat.mode());
      sys.fchmodat(Sys.AT_FDCWD, to, bits);
    }
    for (byte[] name : sys.llistxattr(from)) {
      if (!new String(name, StandardCharsets.ISO_8859_1).startsWith(OVERLAY_ATTRIBUTES)) {
        attribute(from, to, name);
      }
    }
    if (owner != null) {
      sys.lchownat(Sys.AT_FDCWD, to, owner.uid(), owner.gid());
      if (options.mode() != null && !stat.isSymlink()) { // asked for, with all its bits
        sys.fchmodat(Sys.AT_FDCWD, to, options.mode().applyAsInt(stat.mode()));
      }
    }
    sys.utimensat(Sys.AT_FDCWD, to, stat.mtimeSeconds(), stat.mtimeNanos());
  }

  private void attribute(byte[] from, byte[] to, byte[] name) throws ErrnoException {
    byte[] value = sys.lgetxattr(from, name);
    try {
      sys.lsetxattr(to, name, value);
    } catch (ErrnoException e) {
      // NFS and the like have no such attributes, and dockerd goes on without them
      String text = String.valueOf(e.getMessage());
      boolean unknown = text.contains("(EOPNOTSUPP)") || text.contains("(ENOTSUP)");
      if (!options.attributesOptional() || !unknown) {
        throw e;
      }
    }
  }

  /** A name below a directory. */
  public static byte[] join(byte[] directory, byte[] name) {
    ByteArrayOutputStream path = new ByteArrayOutputStream(directory.length + name.length + 1);
    path.writeBytes(directory);
    path.write('/');
    path.writeBytes(name);
    return path.toByteArray();
  }
}
