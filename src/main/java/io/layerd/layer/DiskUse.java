package io.layerd.layer;

import io.layerd.sys.DirEntry;
import io.layerd.sys.Stat;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/**
 * Sums up file sizes below a directory, each inode once; names are bytes, links are not followed.
 */
final class DiskUse {
  private final Sys sys;

  DiskUse(Sys sys) {
    this.sys = sys;
  }

  /** Bytes of all that is not a directory. */
  long ofFiles(Path directory) throws IOException {
    byte[] name = directory.toString().getBytes(StandardCharsets.UTF_8);
    return sum(Sys.AT_FDCWD, name, new HashSet<>());
  }

  private long sum(int parent, byte[] name, Set<Long> seen) throws IOException {
    int flags = Sys.O_RDONLY | Sys.O_DIRECTORY | Sys.O_NOFOLLOW;
    int fd = sys.openat(parent, name, flags, 0);
    long total = 0;
    try {
      for (DirEntry entry : sys.readDirectory(fd)) {
        Stat stat = sys.lstatat(fd, entry.name());
        if (stat.isDirectory()) {
          total += sum(fd, entry.name(), seen);
        } else if (seen.add(stat.inode())) {
          total += stat.sizeBytes();
        }
      }
    } finally {
      sys.close(fd);
    }
    return total;
  }
}
