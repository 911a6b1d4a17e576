package io.layerd.rootfs;

import io.layerd.sys.Stat;

/** The bits of Go's {@code os.FileMode}, which Docker's clients expect. */
final class GoMode {
  private static final long DIRECTORY = 1L << 31;
  private static final long SYMLINK = 1L << 27;
  private static final long DEVICE = 1L << 26;
  private static final long FIFO = 1L << 25;
  private static final long SOCKET = 1L << 24;
  private static final long SETUID = 1L << 23;
  private static final long SETGID = 1L << 22;
  private static final long CHARACTER = 1L << 21;
  private static final long STICKY = 1L << 20;

  private GoMode() {}

  static long of(Stat stat) {
    long type =
        switch (stat.type()) {
          case Stat.S_IFDIR -> DIRECTORY;
          case Stat.S_IFLNK -> SYMLINK;
          case Stat.S_IFBLK -> DEVICE;
          case Stat.S_IFCHR -> DEVICE | CHARACTER;
          case Stat.S_IFIFO -> FIFO;
          case Stat.S_IFSOCK -> SOCKET;
          default -> 0;
        };
    int bits = stat.permissions();
    return type
        | (bits & 0777)
        | ((bits & 04000) != 0 ? SETUID : 0)
        | ((bits & 02000) != 0 ? SETGID : 0)
        | ((bits & 01000) != 0 ? STICKY : 0);
  }
}
