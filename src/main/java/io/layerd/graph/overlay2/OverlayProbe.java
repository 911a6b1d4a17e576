package io.layerd.graph.overlay2;

import io.layerd.error.SystemFailure;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import jnr.constants.platform.Errno;

/** A real mount with two lower layers, and whether its upper directory can be read as a diff. */
final class OverlayProbe {
  private static final byte[] OPAQUE = "trusted.overlay.opaque".getBytes(StandardCharsets.US_ASCII);

  private final Sys sys;
  private final Path root;

  OverlayProbe(Sys sys, Path root) {
    this.sys = sys;
    this.root = root;
  }

  /**
   * @return whether the kernel leaves the upper directory free of redirects and copied opaque flags
   * @throws SystemFailure if overlay cannot be mounted here at all
   */
  boolean run() throws IOException {
    for (String name : new String[] {"l1/d", "l2/d", "l3", "work", "merged"}) {
      Files.createDirectories(root.resolve(name));
    }
    Files.createFile(root.resolve("l2/d/f"));
    sys.lsetxattr(bytes(root.resolve("l2/d")), OPAQUE, new byte[] {'y'});
    Path merged = root.resolve("merged");
    String options = "lowerdir=%1$s/l2:%1$s/l1,upperdir=%1$s/l3,workdir=%1$s/work".formatted(root);
    try {
      sys.mount("overlay", merged.toString(), "overlay", 0, options);
    } catch (ErrnoException e) {
      throw new SystemFailure(
          "overlay2: failed to mount overlay on " + root.getParent() + ": " + e.getMessage(), e);
    }
    try {
      Files.createFile(merged.resolve("d/new"));
      return !copiedOpaque() && !redirects(merged);
    } finally {
      sys.umount2(merged.toString(), Sys.MNT_DETACH);
    }
  }

  private boolean copiedOpaque() throws ErrnoException {
    try {
      return sys.lgetxattr(bytes(root.resolve("l3/d")), OPAQUE).length > 0;
    } catch (ErrnoException e) {
      if (e.is(Errno.ENODATA)) {
        return false;
      }
      throw e;
    }
  }

  private boolean redirects(Path merged) throws ErrnoException {
    byte[] from = bytes(merged.resolve("d"));
    byte[] to = bytes(merged.resolve("renamed"));
    try {
      sys.renameat(Sys.AT_FDCWD, from, Sys.AT_FDCWD, to);
      return true;
    } catch (ErrnoException e) {
      if (e.is(Errno.EXDEV)) {
        return false;
      }
      throw e;
    }
  }

  private static byte[] bytes(Path path) {
    return path.toString().getBytes(StandardCharsets.UTF_8);
  }
}
