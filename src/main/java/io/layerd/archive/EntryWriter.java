package io.layerd.archive;

import io.layerd.error.InvalidParameter;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.Stat;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes the files of one tar under a root. What is in the way is replaced, except that a directory
 * over a directory keeps what is in it.
 */
final class EntryWriter {
  private static final int CREATE = Sys.O_WRONLY | Sys.O_CREAT | Sys.O_EXCL | Sys.O_NOFOLLOW;
  private static final int DIRECTORY = Sys.O_RDONLY | Sys.O_DIRECTORY | Sys.O_NOFOLLOW;

  private final Sys sys;
  private final RootDirectory root;
  private final EntryMetadata metadata;
  private final TreeRemover remover;
  private final boolean intoLayer;
  private final List<DirectoryTime> times = new ArrayList<>();
  private long bytes;
  private boolean directoryRemoved;

  @SuppressWarnings("ArrayRecordComponent") // names are bytes
  private record DirectoryTime(byte[] name, long seconds, int nanos) {}

  EntryWriter(Sys sys, RootDirectory root, boolean intoLayer) throws ErrnoException {
    this(sys, root, intoLayer, new EntryMetadata(sys, intoLayer, root.root()));
  }

  private EntryWriter(Sys sys, RootDirectory root, boolean intoLayer, EntryMetadata metadata) {
    this.sys = sys;
    this.root = root;
    this.intoLayer = intoLayer;
    this.metadata = metadata;
    remover = new TreeRemover(sys);
  }

  /** For a directory that is no layer's, and that a container may be using. */
  static EntryWriter intoUse(Sys sys, RootDirectory root) {
    return new EntryWriter(sys, root, false, EntryMetadata.ofDirectoryInUse(sys));
  }

  /** Bytes of files and link targets, each inode once. */
  long contentBytes() {
    return intoLayer ? bytes - remover.freedBytes() : bytes;
  }

  void regular(TarHeader header, byte[] name, EntryContent content) throws IOException {
    int parent = root.makeParentOf(name);
    byte[] base = TarNames.base(name);
    int flags = header.sparse() == null ? CREATE : CREATE | Sys.O_APPEND;
    int fd;
    try {
      fd = sys.openat(parent, base, flags, header.mode() & 0777);
    } catch (ErrnoException e) {
      fd = sys.openat(clearFor(e, name, base), base, flags, header.mode() & 0777);
    }
    try {
      content.copy(header, fd);
      metadata.file(header, fd);
      bytes += header.realSizeBytes();
    } finally {
      sys.close(fd);
    }
  }

  void directory(TarHeader header, byte[] name) throws ErrnoException {
    if (name.length == 0) {
      return; // the root belongs to the driver; dockerd leaves it alone as well
    }
    int parent = root.makeParentOf(name);
    byte[] base = TarNames.base(name);
    boolean opaque = false;
    boolean created = true;
    try {
      sys.mkdirat(parent, base, header.mode() & 0777);
    } catch (ErrnoException e) {
      Stat stat = existing(e, parent, base);
      if (stat.isDirectory()) {
        created = false;
      } else {
        opaque = intoLayer && stat.isWhiteout();
        parent = clearFor(e, name, base);
        sys.mkdirat(parent, base, header.mode() & 0777);
      }
    }
    int fd = sys.openat(parent, base, DIRECTORY, 0);
    try {
      metadata.directory(header, fd, created);
      if (opaque) {
        // a directory after its own whiteout hides what is below it
        setOpaque(fd);
      }
    } catch (ErrnoException e) {
      sys.close(fd);
      throw e;
    }
    times.add(new DirectoryTime(name, header.mtimeSeconds(), header.mtimeNanos()));
    root.put(name, fd);
  }

  private Stat existing(ErrnoException e, int parent, byte[] base) throws ErrnoException {
    if (e.errno() != Errno.EEXIST) {
      throw e;
    }
    return sys.lstatat(parent, base);
  }

  void symlink(TarHeader header, byte[] name) throws ErrnoException {
    int parent = root.makeParentOf(name);
    byte[] base = TarNames.base(name);
    try {
      sys.symlinkat(header.linkName(), parent, base);
    } catch (ErrnoException e) {
      parent = clearFor(e, name, base);
      sys.symlinkat(header.linkName(), parent, base);
    }
    metadata.link(header, parent, base);
    bytes += header.linkName().length;
  }

  void special(TarHeader header, byte[] name, int type) throws ErrnoException {
    int parent = root.makeParentOf(name);
    byte[] base = TarNames.base(name);
    int mode = type | header.mode() & 0777;
    try {
      sys.mknodat(parent, base, mode, header.major(), header.minor());
    } catch (ErrnoException e) {
      parent = clearFor(e, name, base);
      sys.mknodat(parent, base, mode, header.major(), header.minor());
    }
    metadata.special(header, parent, base);
  }

  void hardLink(TarHeader header, byte[] name) throws ErrnoException {
    byte[] target = TarNames.clean(header.linkName());
    if (target == null || target.length == 0) {
      throw new InvalidParameter("invalid hardlink target " + TarNames.quoted(header.linkName()));
    }
    byte[] base = TarNames.base(name);
    byte[] targetBase = TarNames.base(target);
    int from = root.resolve(TarNames.parent(target), Sys.O_PATH | Sys.O_DIRECTORY);
    try {
      int to = root.makeParentOf(name);
      try {
        sys.linkat(from, targetBase, to, base);
      } catch (ErrnoException e) {
        to = clearFor(e, name, base);
        sys.linkat(from, targetBase, to, base);
      }
      metadata.hardLink(header, to, base);
    } finally {
      sys.close(from);
    }
  }

  /** Removes what is in the way; returns the parent, opened again if need be. */
  private int clearFor(ErrnoException e, byte[] name, byte[] base) throws ErrnoException {
    if (e.errno() != Errno.EEXIST) {
      throw e;
    }
    remove(root.makeParentOf(name), base);
    return root.makeParentOf(name);
  }

  private void remove(int parent, byte[] base) throws ErrnoException {
    if (remover.remove(parent, base)) {
      directoryRemoved = true;
      root.forget();
    }
  }

  // whiteouts of a layer

  /** Marks the directory so that it hides what is below it. */
  void opaque(byte[] name) throws ErrnoException {
    int directory = root.makeParentOf(name);
    setOpaque(directory);
  }

  private void setOpaque(int fd) throws ErrnoException {
    sys.fsetxattr(fd, Whiteout.OPAQUE_XATTR, new byte[] {'y'});
  }

  void whiteout(TarHeader header, byte[] name, byte[] original) throws ErrnoException {
    int parent = root.makeParentOf(name);
    try {
      sys.mknodat(parent, original, Stat.S_IFCHR, 0, 0);
    } catch (ErrnoException e) {
      // a whiteout is about lower layers; what this layer itself has stays
      if (existing(e, parent, original).isDirectory()) {
        int fd = sys.openat(parent, original, DIRECTORY, 0);
        try {
          setOpaque(fd);
        } finally {
          sys.close(fd);
        }
      }
      return;
    }
    if (header.uid() != 0 || header.gid() != 0) {
      sys.lchownat(parent, original, header.uid(), header.gid());
    }
  }

  // whiteouts that act at once

  void deleteAllBut(byte[] name, PathSet unpacked) throws ErrnoException {
    int parent = root.makeParentOf(name);
    remover.removeAllBut(parent, TarNames.parent(name), unpacked::contains);
    directoryRemoved = true;
    root.forget();
  }

  void delete(byte[] name, byte[] original) throws ErrnoException {
    remove(root.makeParentOf(name), original);
  }

  /** Sets the times of directories, once nothing more is made in them. */
  void finish() throws ErrnoException {
    for (DirectoryTime time : times) {
      byte[] base = TarNames.base(time.name());
      try {
        int parent = root.parentOf(time.name());
        if (!directoryRemoved || sys.lstatat(parent, base).isDirectory()) {
          sys.utimensat(parent, base, time.seconds(), time.nanos());
        }
      } catch (ErrnoException e) {
        // replaced by a later entry
        if (!directoryRemoved || (e.errno() != Errno.ENOENT && e.errno() != Errno.ENOTDIR)) {
          throw e;
        }
      }
    }
  }
}
