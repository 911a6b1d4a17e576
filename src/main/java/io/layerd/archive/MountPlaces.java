package io.layerd.archive;

import io.layerd.sys.ErrnoException;
import io.layerd.sys.Sys;

/** Places inside a container's root where something is to be mounted. */
public final class MountPlaces {
  private MountPlaces() {}

  /**
   * Opens a place, made if it is missing; links on the way lead where they would lead if the root
   * were {@code /}.
   *
   * @param root an open directory
   * @param directory whether a missing place becomes a directory or an empty file
   * @return a descriptor of it (O_PATH); the caller closes it
   */
  public static int open(Sys sys, int root, String destination, boolean directory)
      throws ErrnoException {
    byte[] name = TarNames.clean(TarNames.bytes(destination));
    if (name == null) {
      throw new ErrnoException("openat2", destination, Errno.EINVAL);
    }
    int own = sys.openat(root, new byte[] {'.'}, Sys.O_RDONLY | Sys.O_DIRECTORY, 0);
    try (RootDirectory inside = new RootDirectory(sys, own)) {
      try {
        return inside.resolve(name, Sys.O_PATH);
      } catch (ErrnoException e) {
        if (e.errno() != Errno.ENOENT) {
          throw e;
        }
      }
      if (directory) {
        int unused = inside.make(name);
      } else {
        int parent = inside.make(TarNames.parent(name));
        int flags = Sys.O_WRONLY | Sys.O_CREAT | Sys.O_EXCL | Sys.O_NOFOLLOW;
        sys.close(sys.openat(parent, TarNames.base(name), flags, 0755));
      }
      return inside.resolve(name, Sys.O_PATH);
    }
  }
}
