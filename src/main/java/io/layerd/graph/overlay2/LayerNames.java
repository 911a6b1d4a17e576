package io.layerd.graph.overlay2;

import io.layerd.sys.ErrnoException;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Makes the directories and small files of layers with exact modes, whatever the umask is. */
final class LayerNames {
  private static final int FILE_MODE = 0644;
  private static final int MARK_MODE = 0600;

  private final Sys sys;

  LayerNames(Sys sys) {
    this.sys = sys;
  }

  /** One that exists keeps its mode. */
  void directory(Path path, int mode) throws IOException {
    if (Files.isDirectory(path)) {
      return;
    }
    Path parent = path.getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    try {
      sys.mkdirat(Sys.AT_FDCWD, bytes(path), mode);
      sys.fchmodat(Sys.AT_FDCWD, bytes(path), mode);
    } catch (ErrnoException e) {
      if (!Files.isDirectory(path)) {
        throw e;
      }
    }
  }

  void file(Path path, String content) throws IOException {
    Files.write(path, content.getBytes(StandardCharsets.US_ASCII));
    sys.fchmodat(Sys.AT_FDCWD, bytes(path), FILE_MODE);
  }

  /** An empty file; made once. */
  void mark(Path path) throws IOException {
    if (!Files.exists(path)) {
      sys.close(sys.openat(Sys.AT_FDCWD, bytes(path), Sys.O_WRONLY | Sys.O_CREAT, MARK_MODE));
    }
  }

  private static byte[] bytes(Path path) {
    return path.toString().getBytes(StandardCharsets.UTF_8);
  }
}
