package io.layerd.durable;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The daemon's own paths as the kernel takes them. */
final class Paths {
  private Paths() {}

  static byte[] bytes(Path path) {
    return path.toString().getBytes(StandardCharsets.UTF_8);
  }

  static Path parent(Path path) {
    Path parent = path.toAbsolutePath().getParent();
    return parent == null ? Path.of("/") : parent;
  }
}
