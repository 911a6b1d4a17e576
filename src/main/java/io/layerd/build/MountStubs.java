package io.layerd.build;

import io.layerd.layer.LayerStore;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.Stat;
import io.layerd.sys.Sys;
import io.layerd.sys.TreeCopy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The empty files and directories that a mount's place is made of if there is none: they do not
 * belong into the image.
 */
final class MountStubs {
  private final Sys sys;
  private final LayerStore layers;
  private final String container;
  private final List<byte[]> missing = new ArrayList<>();

  private MountStubs(Sys sys, LayerStore layers, String container) {
    this.sys = sys;
    this.layers = layers;
    this.container = container;
  }

  /** Remembers what is missing in a container that was not started yet. */
  static MountStubs lookFor(Tools tools, String container, List<String> targets)
      throws ErrnoException {
    MountStubs stubs = new MountStubs(tools.sys(), tools.layers(), container);
    if (targets.isEmpty()) {
      return stubs;
    }
    Path root = tools.layers().mount(container);
    try {
      for (String target : targets) {
        stubs.look(root, target);
      }
    } finally {
      tools.layers().unmount(container);
    }
    return stubs;
  }

  private void look(Path root, String target) throws ErrnoException {
    TreePath path = TreePath.follow(sys, root, target);
    byte[] top = TreePath.bytes(root);
    byte[] at = path.host();
    List<byte[]> upwards = new ArrayList<>();
    while (at.length > top.length && sys.findat(Sys.AT_FDCWD, at) == null) {
      upwards.add(java.util.Arrays.copyOfRange(at, top.length + 1, at.length));
      at = Directories.parent(at);
    }
    Collections.reverse(upwards);
    missing.addAll(upwards);
  }

  /** Takes away those that are still empty; the container has ended. */
  void remove() throws ErrnoException {
    if (missing.isEmpty()) {
      return;
    }
    byte[] root = TreePath.bytes(layers.mount(container));
    try {
      for (byte[] name : missing.reversed()) {
        byte[] path = TreeCopy.join(root, name);
        Stat stat = sys.findat(Sys.AT_FDCWD, path);
        if (stat != null && stat.isDirectory()) {
          removeIfEmpty(path);
        } else if (stat != null && stat.isRegular() && stat.sizeBytes() == 0) {
          sys.unlinkat(Sys.AT_FDCWD, path, 0);
        }
      }
    } finally {
      layers.unmount(container);
    }
  }

  private void removeIfEmpty(byte[] path) throws ErrnoException {
    int fd = sys.openat(Sys.AT_FDCWD, path, Sys.O_RDONLY | Sys.O_DIRECTORY | Sys.O_NOFOLLOW, 0);
    boolean empty;
    try {
      empty = sys.readDirectory(fd).isEmpty();
    } finally {
      sys.close(fd);
    }
    if (empty) {
      sys.unlinkat(Sys.AT_FDCWD, path, Sys.AT_REMOVEDIR);
    }
  }
}
