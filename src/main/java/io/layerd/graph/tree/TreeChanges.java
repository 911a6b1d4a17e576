package io.layerd.graph.tree;

import io.layerd.sys.DirEntry;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.Stat;
import io.layerd.sys.Sys;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds what makes one tree different from the one it was copied from, and puts that into a third
 * in the form of an overlayfs upper. Files are linked there, not copied: all three lie on one file
 * system.
 */
public final class TreeChanges {
  private static final byte[] SELF = {'.'};

  private final Sys sys;
  private final Attributes attributes;

  /** A directory of the result, made when something has to go into it. */
  private final class Target {
    private final @Nullable Target parent;
    private final byte[] name;
    private final int source;
    private int fd;

    Target(@Nullable Target parent, byte[] name, int source, int fd) {
      this.parent = parent;
      this.name = name;
      this.source = source;
      this.fd = fd;
    }

    int fd(int depth) throws ErrnoException {
      if (fd < 0 && parent != null) {
        int above = parent.fd(depth - 1);
        sys.mkdirat(above, name, 0700);
        fd = Names.open(sys, above, name, depth);
      }
      return fd;
    }

    /** Gives the directory, if it was made, the attributes of its source, and closes it. */
    void finish() throws ErrnoException {
      if (fd >= 0 && parent != null) {
        byte[] from = Names.path(parent.source, name);
        try {
          attributes.copy(from, Names.path(parent.fd, name), sys.fstat(source), true);
        } finally {
          sys.close(fd);
          fd = -1;
        }
      }
    }
  }

  private TreeChanges(Sys sys) {
    this.sys = sys;
    this.attributes = new Attributes(sys);
  }

  /**
   * Compares two trees.
   *
   * @param before null if there was nothing
   * @param result an empty directory
   * @throws ErrnoException half-done: the result is to be deleted
   */
  public static void find(Sys sys, @Nullable Path before, Path after, Path result)
      throws ErrnoException {
    new TreeChanges(sys).run(before, after, result);
  }

  private void run(@Nullable Path before, Path after, Path result) throws ErrnoException {
    int old = before == null ? -1 : Names.open(sys, before);
    try {
      int current = Names.open(sys, after);
      try {
        int target = Names.open(sys, result);
        try {
          compare(old, current, new Target(null, SELF, current, target), 0);
        } finally {
          sys.close(target);
        }
      } finally {
        sys.close(current);
      }
    } finally {
      if (old >= 0) {
        sys.close(old);
      }
    }
  }

  @SuppressWarnings("ArrayRecordComponent") // names are bytes
  private record Name(byte[] bytes) {
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Name name && Arrays.equals(bytes, name.bytes);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(bytes);
    }
  }

  private void compare(int old, int current, Target target, int depth) throws ErrnoException {
    Set<Name> there = new HashSet<>();
    for (DirEntry entry : list(current)) {
      byte[] name = entry.name();
      Stat stat = sys.findat(current, name);
      if (stat == null) {
        continue; // deleted meanwhile by whoever runs in there
      }
      there.add(new Name(name));
      try {
        changed(old, current, name, stat, target, depth);
      } catch (ErrnoException e) {
        if (!e.is(ErrnoException.ENOENT)) {
          throw e;
        }
      }
    }
    if (old >= 0) {
      for (DirEntry entry : list(old)) {
        if (!there.contains(new Name(entry.name()))
            && !sys.lstatat(old, entry.name()).isWhiteout()) {
          sys.mknodat(target.fd(depth), entry.name(), Stat.S_IFCHR, 0, 0);
        }
      }
    }
  }

  private void changed(int old, int current, byte[] name, Stat stat, Target target, int depth)
      throws ErrnoException {
    Stat was = old < 0 ? null : sys.findat(old, name);
    if (stat.isDirectory()) {
      directory(old, current, name, stat, was, target, depth);
    } else if (was == null || !attributes.same(current, old, name, stat, was)) {
      sys.linkat(current, name, target.fd(depth), name);
    }
  }

  private void directory(
      int old, int current, byte[] name, Stat stat, @Nullable Stat was, Target parent, int depth)
      throws ErrnoException {
    int source = Names.open(sys, current, name, depth + 1);
    try {
      Target target = new Target(parent, name, source, -1);
      boolean merges = was != null && was.isDirectory() && !replaces(old, current, name);
      int before = merges ? Names.open(sys, old, name, depth + 1) : -1;
      try {
        if (was == null || !merges || !attributes.same(current, old, name, stat, was)) {
          var _ = target.fd(depth + 1);
        }
        compare(before, source, target, depth + 1);
      } finally {
        if (before >= 0) {
          sys.close(before);
        }
        target.finish();
      }
      if (was != null && !merges) {
        sys.lsetxattr(Names.path(parent.fd(depth), name), Names.OPAQUE, new byte[] {'y'});
      }
    } finally {
      sys.close(source);
    }
  }

  /** Whether a directory of an overlayfs upper hides what it did not hide before. */
  private boolean replaces(int old, int current, byte[] name) throws ErrnoException {
    return attributes.isOpaque(current, name) && !attributes.isOpaque(old, name);
  }

  private Iterable<DirEntry> list(int directory) throws ErrnoException {
    int listing = sys.openat(directory, SELF, Names.DIRECTORY, 0);
    try {
      return sys.readDirectory(listing);
    } finally {
      sys.close(listing);
    }
  }
}
