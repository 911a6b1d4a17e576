package io.layerd.archive;

import io.layerd.sys.ErrnoException;
import io.layerd.sys.Stat;
import io.layerd.sys.Sys;
import java.nio.charset.StandardCharsets;

/**
 * Owner, attributes, mode and time of what was made, in that order: a change of owner takes away
 * set-user-ID bits and file capabilities.
 */
final class EntryMetadata {
  private static final byte[] OVERLAY = TarNames.bytes("trusted.overlay.");

  private final Sys sys;
  private final boolean keepOverlay;

  /**
   * Whether new files may have another group or mode than asked for: a directory has the
   * set-group-ID bit or a default access control list.
   */
  private boolean inherited;

  EntryMetadata(Sys sys, boolean intoLayer, int root) throws ErrnoException {
    this.sys = sys;
    this.keepOverlay = !intoLayer;
    this.inherited = !intoLayer || (sys.fstat(root).mode() & 02000) != 0 || euid() != 0;
  }

  private EntryMetadata(Sys sys) {
    this.sys = sys;
    this.keepOverlay = false;
    this.inherited = true;
  }

  /**
   * Nothing is known of the directory. Overlayfs's own attributes are not for a user to set there
   * either: it may be a layer seen through a mount.
   */
  static EntryMetadata ofDirectoryInUse(Sys sys) {
    return new EntryMetadata(sys);
  }

  private int euid() throws ErrnoException {
    int fd = sys.openat(Sys.AT_FDCWD, TarNames.bytes("/proc/self"), Sys.O_PATH, 0);
    try {
      return sys.fstat(fd).uid();
    } finally {
      sys.close(fd);
    }
  }

  /** Of a file that was just made and is open. */
  void file(TarHeader header, int fd) throws ErrnoException {
    opened(header, fd);
    sys.futimens(fd, header.mtimeSeconds(), header.mtimeNanos());
  }

  /** Of a directory, new or merged; its time comes last of all. */
  void directory(TarHeader header, int fd, boolean created) throws ErrnoException {
    if (!created) {
      inherited = true;
    }
    opened(header, fd);
    if ((header.mode() & 02000) != 0 || header.xattrs().length > 0) {
      inherited = true;
    }
  }

  /** A look is several times cheaper than a change, even one that changes nothing. */
  private void opened(TarHeader header, int fd) throws ErrnoException {
    Stat stat = sys.fstat(fd);
    boolean owner = stat.uid() != header.uid() || stat.gid() != header.gid();
    if (owner) {
      sys.fchown(fd, header.uid(), header.gid());
    }
    byte[][] xattrs = header.xattrs();
    for (int i = 0; i < xattrs.length; i += 2) {
      if (wanted(xattrs[i])) {
        sys.fsetxattr(fd, xattrs[i], xattrs[i + 1]);
      }
    }
    // an attribute may be an access control list, which changes the mode
    if (owner || xattrs.length > 0 || stat.permissions() != header.mode()) {
      sys.fchmod(fd, header.mode());
    }
  }

  /** Of a symbolic link. */
  void link(TarHeader header, int parent, byte[] base) throws ErrnoException {
    if (inherited || header.uid() != 0 || header.gid() != 0) {
      sys.lchownat(parent, base, header.uid(), header.gid());
    }
    xattrs(header, parent, base);
    sys.utimensat(parent, base, header.mtimeSeconds(), header.mtimeNanos());
  }

  /** Of a device or FIFO, without opening it. */
  void special(TarHeader header, int parent, byte[] base) throws ErrnoException {
    if (inherited || header.uid() != 0 || header.gid() != 0) {
      sys.lchownat(parent, base, header.uid(), header.gid());
    }
    xattrs(header, parent, base);
    chmod(parent, base, header.mode());
    sys.utimensat(parent, base, header.mtimeSeconds(), header.mtimeNanos());
  }

  /**
   * Of a hard link, which shares them with its target. Only what differs is set, so that a link's
   * entry without attributes does not take the target's capabilities away.
   */
  void hardLink(TarHeader header, int parent, byte[] base) throws ErrnoException {
    Stat stat = sys.lstatat(parent, base);
    boolean owner = stat.uid() != header.uid() || stat.gid() != header.gid();
    if (owner) {
      sys.lchownat(parent, base, header.uid(), header.gid());
    }
    if (stat.isSymlink()) {
      return;
    }
    xattrs(header, parent, base);
    if (owner || stat.permissions() != header.mode()) {
      chmod(parent, base, header.mode());
    }
    if (stat.mtimeSeconds() != header.mtimeSeconds() || stat.mtimeNanos() != header.mtimeNanos()) {
      sys.utimensat(parent, base, header.mtimeSeconds(), header.mtimeNanos());
    }
  }

  private void xattrs(TarHeader header, int parent, byte[] base) throws ErrnoException {
    byte[][] xattrs = header.xattrs();
    for (int i = 0; i < xattrs.length; i += 2) {
      if (wanted(xattrs[i])) {
        sys.lsetxattr(TarNames.join(descriptor(parent), base), xattrs[i], xattrs[i + 1]);
      }
    }
  }

  /** A layer says what it hides with whiteouts; overlayfs's own marks are not its to set. */
  private boolean wanted(byte[] xattr) {
    return keepOverlay || !TarNames.startsWith(xattr, OVERLAY);
  }

  /** chmod(2) follows links, so the name is pinned by a descriptor first. */
  private void chmod(int parent, byte[] base, int mode) throws ErrnoException {
    int fd = sys.openat(parent, base, Sys.O_PATH | Sys.O_NOFOLLOW, 0);
    try {
      if (sys.fstat(fd).isSymlink()) {
        return;
      }
      sys.fchmodat(Sys.AT_FDCWD, descriptor(fd), mode);
    } finally {
      sys.close(fd);
    }
  }

  private static byte[] descriptor(int fd) {
    return ("/proc/self/fd/" + fd).getBytes(StandardCharsets.US_ASCII);
  }
}
