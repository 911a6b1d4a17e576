package io.layerd.durable;

import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How to get a file onto the device in time, per file system.
 *
 * <p>ext4 and xfs journal in sequence: once a file's data is written and a later rename is
 * committed, the file is whole. There only data is flushed, and the one fsync of the directory
 * commits the journal, some three times cheaper than an fsync per file. Elsewhere each file is
 * fsynced.
 */
final class Flush {
  private static final long EXT = 0xEF53L;
  private static final long XFS = 0x58465342L;

  private final Sys sys;
  private final ConcurrentHashMap<Integer, Boolean> sequential = new ConcurrentHashMap<>();

  Flush(Sys sys) {
    this.sys = sys;
  }

  /** The file's content will be durable before anything committed later. */
  void file(int fd) throws IOException {
    if (isSequential(fd)) {
      sys.flushData(fd);
    } else {
      sys.fsync(fd);
    }
  }

  /** Commits the names in a directory. */
  void directory(Path directory) throws IOException {
    int fd = sys.openat(Sys.AT_FDCWD, Paths.bytes(directory), Sys.O_RDONLY | Sys.O_DIRECTORY, 0);
    try {
      sys.fsync(fd);
    } finally {
      sys.close(fd);
    }
  }

  /** Renames a directory, its files flushed already, and commits that. */
  void rename(Path directory, Path name, int mode) throws IOException {
    sys.fchmodat(Sys.AT_FDCWD, Paths.bytes(directory), mode);
    directoryBeforeRename(directory);
    Failpoint.SET_WRITTEN.reached();
    sys.renameat(Sys.AT_FDCWD, Paths.bytes(directory), Sys.AT_FDCWD, Paths.bytes(name));
    Failpoint.SET_NAMED.reached();
    directory(Paths.parent(name));
  }

  /** Commits the names in a directory where a later fsync of its parent does not imply it. */
  private void directoryBeforeRename(Path directory) throws IOException {
    int fd = sys.openat(Sys.AT_FDCWD, Paths.bytes(directory), Sys.O_RDONLY | Sys.O_DIRECTORY, 0);
    try {
      if (!isSequential(fd)) {
        sys.fsync(fd);
      }
    } finally {
      sys.close(fd);
    }
  }

  private boolean isSequential(int fd) throws IOException {
    var stat = sys.fstat(fd);
    int device = stat.devMajor() << 20 | stat.devMinor();
    Boolean known = sequential.get(device);
    if (known == null) {
      long magic = sys.statfs("/proc/self/fd/" + fd).magic();
      known = magic == EXT || magic == XFS;
      sequential.put(device, known);
    }
    return known;
  }
}
