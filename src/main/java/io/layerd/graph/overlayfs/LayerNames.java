package io.layerd.graph.overlayfs;

import io.layerd.graph.LayerName;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.Stat;
import io.layerd.sys.Sys;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes names into an upper directory as if through the mounted overlay: a directory of a lower is
 * copied up, with its attributes, before something is put into it. Saves a mount and its end. The
 * upper directory starts empty and holds only what is put here.
 */
public final class LayerNames {
  private static final int MODE = 0755;
  private static final String OVERLAY = "trusted.overlay.";

  private final Sys sys;
  private final MergedView view;
  private final Path upper;

  /**
   * @param lowers content directories below, top first
   */
  public LayerNames(Sys sys, Path upper, List<Path> lowers) {
    this.sys = sys;
    this.view = new MergedView(sys, lowers);
    this.upper = upper;
  }

  /** Makes one name. */
  public void put(LayerName name) throws ErrnoException {
    switch (name) {
      case LayerName.Directory(String path) -> {
        if (!isDirectory(path)) {
          makeParents(path);
          replaceByDirectory(path);
        }
      }
      case LayerName.EmptyFile(String path) -> {
        if (clearForFile(path)) {
          int flags = Sys.O_WRONLY | Sys.O_CREAT | Sys.O_EXCL | Sys.O_NOFOLLOW;
          int fd = sys.openat(Sys.AT_FDCWD, bytes(upper.resolve(path)), flags, MODE);
          try {
            sys.fchmod(fd, MODE);
          } finally {
            sys.close(fd);
          }
        }
      }
      case LayerName.Link(String path, String target) -> {
        if (clearForFile(path)) {
          sys.symlinkat(
              target.getBytes(StandardCharsets.UTF_8), Sys.AT_FDCWD, bytes(upper.resolve(path)));
        }
      }
    }
  }

  private boolean isDirectory(String path) throws ErrnoException {
    Stat own = sys.findat(Sys.AT_FDCWD, bytes(upper.resolve(path)));
    if (own != null) {
      return own.isDirectory();
    }
    MergedView.Entry below = view.find(path);
    return below != null && below.stat().isDirectory();
  }

  // False if a directory has the name: it stays.
  private boolean clearForFile(String path) throws ErrnoException {
    if (isDirectory(path)) {
      return false;
    }
    makeParents(path);
    unlinkUpper(path);
    return true;
  }

  private void makeParents(String path) throws ErrnoException {
    for (int slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
      String parent = path.substring(0, slash);
      if (sys.findat(Sys.AT_FDCWD, bytes(upper.resolve(parent))) == null) {
        MergedView.Entry below = view.find(parent);
        if (below != null && below.stat().isDirectory()) {
          copyUp(parent, below.place(), below.stat());
        } else {
          replaceByDirectory(parent);
        }
      }
    }
  }

  private void replaceByDirectory(String path) throws ErrnoException {
    byte[] name = bytes(upper.resolve(path));
    makeDirectory(name, MODE);
    if (view.find(path) != null) {
      // As overlayfs marks a directory that takes the place of something else.
      sys.lsetxattr(name, MergedView.OPAQUE, new byte[] {'y'});
    }
  }

  private void copyUp(String path, Path from, Stat stat) throws ErrnoException {
    byte[] source = bytes(from);
    byte[] name = bytes(upper.resolve(path));
    makeDirectory(name, stat.permissions());
    if (stat.uid() != 0 || stat.gid() != 0) {
      sys.lchownat(Sys.AT_FDCWD, name, stat.uid(), stat.gid());
      sys.fchmodat(Sys.AT_FDCWD, name, stat.permissions());
    }
    for (byte[] attribute : sys.llistxattr(source)) {
      if (!new String(attribute, StandardCharsets.ISO_8859_1).startsWith(OVERLAY)) {
        copyAttribute(source, name, attribute);
      }
    }
  }

  private void copyAttribute(byte[] from, byte[] to, byte[] attribute) throws ErrnoException {
    try {
      sys.lsetxattr(to, attribute, sys.lgetxattr(from, attribute));
    } catch (ErrnoException e) {
      // Some attributes, SELinux labels for one, are not ours to set; overlayfs skips them too.
      if (!e.is(ErrnoException.EOPNOTSUPP)) {
        throw e;
      }
    }
  }

  private void makeDirectory(byte[] name, int mode) throws ErrnoException {
    sys.mkdirat(Sys.AT_FDCWD, name, mode);
    sys.fchmodat(Sys.AT_FDCWD, name, mode);
  }

  private void unlinkUpper(String path) throws ErrnoException {
    byte[] name = bytes(upper.resolve(path));
    if (sys.findat(Sys.AT_FDCWD, name) != null) {
      sys.unlinkat(Sys.AT_FDCWD, name, 0);
    }
  }

  private static byte[] bytes(Path path) {
    return path.toString().getBytes(StandardCharsets.UTF_8);
  }
}
