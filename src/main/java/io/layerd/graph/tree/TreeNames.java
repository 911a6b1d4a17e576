package io.layerd.graph.tree;

import io.layerd.graph.LayerName;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.Stat;
import io.layerd.sys.Sys;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Gives a complete tree some names; anything in their way but a directory is replaced. */
public final class TreeNames {
  private static final int MODE = 0755;

  private final Sys sys;
  private final Path root;

  public TreeNames(Sys sys, Path root) {
    this.sys = sys;
    this.root = root;
  }

  /** Makes one name. */
  public void put(LayerName name) throws ErrnoException {
    int slash = name.path().lastIndexOf('/');
    int parent = parent(slash < 0 ? "" : name.path().substring(0, slash));
    try {
      byte[] base = bytes(name.path().substring(slash + 1));
      if (isDirectory(parent, base)) {
        return;
      }
      unlink(parent, base);
      switch (name) {
        case LayerName.Directory _ -> make(parent, base);
        case LayerName.EmptyFile _ -> {
          int flags = Sys.O_WRONLY | Sys.O_CREAT | Sys.O_EXCL | Sys.O_NOFOLLOW;
          int fd = sys.openat(parent, base, flags, MODE);
          try {
            sys.fchmod(fd, MODE);
          } finally {
            sys.close(fd);
          }
        }
        case LayerName.Link link -> sys.symlinkat(bytes(link.target()), parent, base);
      }
    } finally {
      sys.close(parent);
    }
  }

  /** Opens a directory, making it and those on the way; links on the way are replaced. */
  private int parent(String path) throws ErrnoException {
    int directory = Names.open(sys, root);
    for (String part : path.isEmpty() ? new String[0] : path.split("/")) {
      int next;
      try {
        byte[] name = bytes(part);
        if (!isDirectory(directory, name)) {
          unlink(directory, name);
          make(directory, name);
        }
        next = Names.open(sys, directory, name, 0);
      } finally {
        sys.close(directory);
      }
      directory = next;
    }
    return directory;
  }

  private void make(int parent, byte[] name) throws ErrnoException {
    sys.mkdirat(parent, name, MODE);
    sys.fchmodat(parent, name, MODE);
  }

  private boolean isDirectory(int parent, byte[] name) throws ErrnoException {
    Stat stat = sys.findat(parent, name);
    return stat != null && stat.isDirectory();
  }

  private void unlink(int parent, byte[] name) throws ErrnoException {
    if (sys.findat(parent, name) != null) {
      sys.unlinkat(parent, name, 0);
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
