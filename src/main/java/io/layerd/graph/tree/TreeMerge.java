package io.layerd.graph.tree;

import io.layerd.sys.DirEntry;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.Stat;
import io.layerd.sys.Sys;
import io.layerd.sys.Trees;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Lays the changes of a layer, in the form of an overlayfs upper, over a complete tree on the same
 * file system, as overlayfs would show them. Files are moved, never written to, so that the tree
 * may share files with others by hard links.
 */
public final class TreeMerge {
  private static final byte[] SELF = {'.'};

  private final Sys sys;
  private final Attributes attributes;
  private final Trees trees;

  private TreeMerge(Sys sys) {
    this.sys = sys;
    this.attributes = new Attributes(sys);
    this.trees = new Trees(sys);
  }

  /**
   * Moves changes into a tree; the directory of the changes is left with remains.
   *
   * @throws ErrnoException half-done: both are to be deleted
   */
  public static void apply(Sys sys, Path changes, Path tree) throws ErrnoException {
    new TreeMerge(sys).run(changes, tree);
  }

  private void run(Path changes, Path tree) throws ErrnoException {
    int from = Names.open(sys, changes);
    try {
      int to = Names.open(sys, tree);
      try {
        if (attributes.isOpaque(from, SELF)) {
          clear(to);
        }
        children(from, to, 0);
      } finally {
        sys.close(to);
      }
    } finally {
      sys.close(from);
    }
  }

  private void clear(int directory) throws ErrnoException {
    for (DirEntry entry : list(directory)) {
      delete(directory, entry.name());
    }
  }

  private void children(int from, int to, int depth) throws ErrnoException {
    for (DirEntry entry : list(from)) {
      byte[] name = entry.name();
      Stat stat = sys.lstatat(from, name);
      if (stat.isWhiteout()) {
        delete(to, name);
      } else if (stat.isDirectory()) {
        directory(from, to, name, stat, depth);
      } else {
        file(from, to, name);
      }
    }
  }

  private void file(int from, int to, byte[] name) throws ErrnoException {
    Stat below = sys.findat(to, name);
    if (below != null && below.isDirectory()) {
      delete(to, name);
    }
    sys.renameat(from, name, to, name);
  }

  private void directory(int from, int to, byte[] name, Stat stat, int depth)
      throws ErrnoException {
    Stat below = sys.findat(to, name);
    if (below != null && below.isDirectory() && !attributes.isOpaque(from, name)) {
      int source = Names.open(sys, from, name, depth + 1);
      try {
        int target = Names.open(sys, to, name, depth + 1);
        try {
          children(source, target, depth + 1);
        } finally {
          sys.close(target);
        }
      } finally {
        sys.close(source);
      }
      attributes.replace(Names.path(from, name), Names.path(to, name), stat);
      return;
    }
    if (below != null) {
      delete(to, name);
    }
    sys.renameat(from, name, to, name);
    clean(to, name, stat, depth);
  }

  /** Takes the marks out of a directory that has nothing below it any more. */
  private void clean(int parent, byte[] name, Stat stat, int depth) throws ErrnoException {
    byte[] path = Names.path(parent, name);
    for (byte[] attribute : attributes.names(path)) {
      if (Names.isOverlayMark(attribute)) {
        sys.lremovexattr(path, attribute);
      }
    }
    boolean changed = false;
    int directory = Names.open(sys, parent, name, depth + 1);
    try {
      for (DirEntry entry : list(directory)) {
        Stat child = sys.lstatat(directory, entry.name());
        if (child.isDirectory()) {
          clean(directory, entry.name(), child, depth + 1);
        } else if (child.isWhiteout()) {
          sys.unlinkat(directory, entry.name(), 0);
          changed = true;
        }
      }
    } finally {
      sys.close(directory);
    }
    if (changed) {
      attributes.time(path, stat);
    }
  }

  private void delete(int parent, byte[] name) throws ErrnoException {
    Stat stat = sys.findat(parent, name);
    if (stat == null) {
      return;
    }
    if (!stat.isDirectory()) {
      sys.unlinkat(parent, name, 0);
      return;
    }
    // By number: a name is not always text, which a Path must be.
    byte[] doomed = (".doomed-" + stat.inode()).getBytes(StandardCharsets.US_ASCII);
    sys.renameat(parent, name, parent, doomed);
    trees.delete(Path.of(new String(Names.path(parent, doomed), StandardCharsets.US_ASCII)));
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
