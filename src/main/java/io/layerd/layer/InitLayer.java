package io.layerd.layer;

import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;

/**
 * The names every container has, in a layer between its image and itself, so that they never count
 * as changes: mount points for /dev, /proc, /sys and the files the daemon mounts.
 */
final class InitLayer {
  /** Directory, file or link target ({@code >target}) by path, parents first. */
  private static final Map<String, String> NAMES =
      new java.util.TreeMap<>(
          Map.of(
              "dev/pts", "dir",
              "dev/shm", "dir",
              "proc", "dir",
              "sys", "dir",
              ".dockerenv", "file",
              "etc/resolv.conf", "file",
              "etc/hosts", "file",
              "etc/hostname", "file",
              "dev/console", "file",
              "etc/mtab", ">/proc/mounts"));

  private final Sys sys;

  InitLayer(Sys sys) {
    this.sys = sys;
  }

  /** Adds what is missing in a mounted root; links on the way are replaced by directories. */
  void fill(Path root) throws IOException {
    for (Map.Entry<String, String> name : NAMES.entrySet()) {
      Path path = root.resolve(name.getKey());
      Path parent = path.getParent();
      if (parent != null && !parent.equals(root)) {
        directory(parent);
      }
      if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
        continue;
      }
      switch (name.getValue()) {
        case "dir" -> directory(path);
        case "file" -> file(path);
        default -> sys.symlinkat(bytes(name.getValue().substring(1)), Sys.AT_FDCWD, bytes(path));
      }
    }
  }

  private void directory(Path path) throws IOException {
    if (Files.isSymbolicLink(path)) {
      Files.delete(path);
    }
    if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      Path parent = path.getParent();
      if (parent != null && !Files.isDirectory(parent, LinkOption.NOFOLLOW_LINKS)) {
        directory(parent);
      }
      sys.mkdirat(Sys.AT_FDCWD, bytes(path), 0755);
      sys.fchmodat(Sys.AT_FDCWD, bytes(path), 0755);
    }
  }

  private void file(Path path) throws IOException {
    int flags = Sys.O_WRONLY | Sys.O_CREAT | Sys.O_EXCL | Sys.O_NOFOLLOW;
    int fd = sys.openat(Sys.AT_FDCWD, bytes(path), flags, 0755);
    try {
      sys.fchmod(fd, 0755);
    } finally {
      sys.close(fd);
    }
  }

  private static byte[] bytes(Path path) {
    return bytes(path.toString());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
