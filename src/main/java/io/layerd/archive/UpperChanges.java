package io.layerd.archive;

import io.layerd.archive.Change.Kind;
import io.layerd.sys.DirEntry;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.Stat;
import io.layerd.sys.Sys;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Compares the upper directory of an overlay with what is below, as {@code docker diff} does: by
 * type, mode, owner, device, and for all but directories size and time of change. Contents are not
 * read. A directory counts as changed when something in it is. Parents come before what is in them,
 * names in the order of their bytes.
 */
public final class UpperChanges {
  private static final int MAX_DEPTH = 2048;
  private static final int DIRECTORY = Sys.O_RDONLY | Sys.O_DIRECTORY | Sys.O_NOFOLLOW;
  private static final int NONE = -1;
  private static final int DT_CHARACTER = 2;
  private static final int DT_DIRECTORY = 4;
  private static final int DT_UNKNOWN = 0;
  private static final byte[] CAPABILITY = TarNames.bytes("security.capability");

  private final Sys sys;
  private final List<Change> changes = new ArrayList<>();

  private UpperChanges(Sys sys) {
    this.sys = sys;
  }

  /**
   * What the upper directory of an overlay changes. Only what is in it is walked, however large the
   * tree below.
   *
   * @param below the tree that it lies on, merged; null if there is none
   */
  public static List<Change> find(Sys sys, Path upper, @Nullable Path below) {
    return new UpperChanges(sys).run(upper, below);
  }

  private List<Change> run(Path upper, @Nullable Path below) {
    int above = NONE;
    int under = NONE;
    try {
      above = sys.openat(Sys.AT_FDCWD, TarNames.bytes(upper.toString()), DIRECTORY, 0);
      if (below != null) {
        under = sys.openat(Sys.AT_FDCWD, TarNames.bytes(below.toString()), DIRECTORY, 0);
      }
      walk(above, under, "", false, 0);
      return changes;
    } catch (ErrnoException e) {
      throw Errno.translate(e, e.call() + " " + upper);
    } finally {
      close(above);
      close(under);
    }
  }

  /**
   * @param below the same directory below, or {@link #NONE}
   * @param complete whether a name that is missing above is deleted: not so in an upper directory,
   *     which marks deletions, unless it is opaque
   */
  private void walk(int above, int below, String path, boolean complete, int depth)
      throws ErrnoException {
    if (depth > MAX_DEPTH) {
      throw new ErrnoException("openat", path, Errno.ELOOP);
    }
    List<DirEntry> entries = sys.readDirectory(above);
    entries.sort((a, b) -> Arrays.compareUnsigned(a.name(), b.name()));
    for (DirEntry entry : entries) {
      try {
        one(above, below, entry, path + "/" + TarNames.text(entry.name()), depth);
      } catch (ErrnoException e) {
        if (e.errno() != Errno.ENOENT && e.errno() != Errno.ENOTDIR && e.errno() != Errno.ELOOP) {
          throw e;
        }
        // changed by the container meanwhile
      }
    }
    if (complete && below != NONE) {
      missing(entries, below, path);
    }
  }

  private void missing(List<DirEntry> entries, int below, String path) throws ErrnoException {
    Set<String> kept = new HashSet<>();
    entries.forEach(entry -> kept.add(key(entry.name())));
    List<DirEntry> old = sys.readDirectory(below);
    old.sort((a, b) -> Arrays.compareUnsigned(a.name(), b.name()));
    for (DirEntry entry : old) {
      if (!kept.contains(key(entry.name()))) {
        add(Kind.DELETED, path + "/" + TarNames.text(entry.name()));
      }
    }
  }

  private static String key(byte[] name) {
    return new String(name, StandardCharsets.ISO_8859_1);
  }

  private void one(int above, int below, DirEntry entry, String path, int depth)
      throws ErrnoException {
    byte[] name = entry.name();
    if (below == NONE && entry.type() != DT_UNKNOWN && entry.type() != DT_CHARACTER) {
      // all is new: the type is all there is to know
      add(Kind.ADDED, path);
      if (entry.type() == DT_DIRECTORY) {
        into(above, NONE, name, path, depth);
      }
      return;
    }
    Stat stat = sys.lstatat(above, name);
    Stat old = below == NONE ? null : sys.findat(below, name);
    if (stat.isWhiteout()) {
      if (old != null) {
        add(Kind.DELETED, path);
      }
    } else if (old == null) {
      add(Kind.ADDED, path);
      if (stat.isDirectory()) {
        into(above, NONE, name, path, depth);
      }
    } else if (!stat.isDirectory()) {
      if (differs(stat, old) || !sameCapability(above, below, name, stat)) {
        add(Kind.MODIFIED, path);
      }
    } else {
      int position = changes.size();
      into(above, old.isDirectory() ? below : NONE, name, path, depth);
      if (differs(stat, old) || changes.size() > position) {
        changes.add(position, new Change(Kind.MODIFIED, path));
      }
    }
  }

  private void into(int above, int below, byte[] name, String path, int depth)
      throws ErrnoException {
    int upper = sys.openat(above, name, DIRECTORY, 0);
    int under = NONE;
    try {
      if (below != NONE) {
        under = sys.openat(below, name, DIRECTORY, 0);
      }
      walk(upper, under, path, under != NONE && isOpaque(upper), depth + 1);
    } finally {
      close(upper);
      close(under);
    }
  }

  private boolean isOpaque(int fd) throws ErrnoException {
    return Arrays.equals(attribute(fd, Whiteout.OPAQUE_XATTR), new byte[] {'y'});
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

  private static boolean differs(Stat a, Stat b) {
    return a.mode() != b.mode()
        || a.uid() != b.uid()
        || a.gid() != b.gid()
        || a.rdevMajor() != b.rdevMajor()
        || a.rdevMinor() != b.rdevMinor()
        || (!a.isDirectory() && (a.sizeBytes() != b.sizeBytes() || !sameTime(a, b)));
  }

  /** Whole seconds on either side are a tar's or an old file system's: then they decide. */
  private static boolean sameTime(Stat a, Stat b) {
    return a.mtimeSeconds() == b.mtimeSeconds()
        && (a.mtimeNanos() == b.mtimeNanos() || a.mtimeNanos() == 0 || b.mtimeNanos() == 0);
  }

  private boolean sameCapability(int above, int below, byte[] name, Stat stat)
      throws ErrnoException {
    return !stat.isRegular() || Arrays.equals(capability(above, name), capability(below, name));
  }

  private byte[] capability(int directory, byte[] name) throws ErrnoException {
    byte[] path = TarNames.join(TarNames.bytes("/proc/self/fd/" + directory), name);
    try {
      return sys.lgetxattr(path, CAPABILITY);
    } catch (ErrnoException e) {
      if (e.errno() == Errno.ENODATA || e.errno() == Errno.EOPNOTSUPP) {
        return TarNames.EMPTY;
      }
      throw e;
    }
  }

  private void add(Kind kind, String path) {
    changes.add(new Change(kind, path));
  }

  private void close(int fd) {
    if (fd != NONE) {
      sys.close(fd);
    }
  }
}
