package io.layerd.graph.tree;

import io.layerd.sys.ErrnoException;
import io.layerd.sys.Sys;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Directories by descriptor, and names in them. */
final class Names {
  static final int DIRECTORY = Sys.O_RDONLY | Sys.O_DIRECTORY | Sys.O_NOFOLLOW;
  static final byte[] OVERLAY = "trusted.overlay.".getBytes(StandardCharsets.US_ASCII);
  static final byte[] OPAQUE = "trusted.overlay.opaque".getBytes(StandardCharsets.US_ASCII);

  /** Levels of directories; what lies deeper is refused before descriptors or the stack run out. */
  private static final int MAX_DEPTH = 2048;

  private static final int ELOOP = 40;

  private Names() {}

  static byte[] bytes(Path path) {
    return path.toString().getBytes(StandardCharsets.UTF_8);
  }

  static int open(Sys sys, Path directory) throws ErrnoException {
    return sys.openat(Sys.AT_FDCWD, bytes(directory), DIRECTORY, 0);
  }

  static int open(Sys sys, int parent, byte[] name, int depth) throws ErrnoException {
    if (depth > MAX_DEPTH) {
      throw new ErrnoException("openat", new String(name, StandardCharsets.UTF_8), ELOOP);
    }
    return sys.openat(parent, name, DIRECTORY, 0);
  }

  /** A path for the calls that take no directory descriptor. */
  static byte[] path(int parent, byte[] name) {
    byte[] directory = ("/proc/self/fd/" + parent + "/").getBytes(StandardCharsets.US_ASCII);
    byte[] path = new byte[directory.length + name.length];
    System.arraycopy(directory, 0, path, 0, directory.length);
    System.arraycopy(name, 0, path, directory.length, name.length);
    return path;
  }

  static boolean isOverlayMark(byte[] attribute) {
    if (attribute.length < OVERLAY.length) {
      return false;
    }
    for (int i = 0; i < OVERLAY.length; i++) {
      if (attribute[i] != OVERLAY[i]) {
        return false;
      }
    }
    return true;
  }
}
