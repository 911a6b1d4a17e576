package io.layerd.network;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Reads sysctl files. They give their text to the first read only, and {@code Files.readString}
 * begins with a single byte.
 */
final class ProcFile {
  private ProcFile() {}

  static String read(Path file) throws IOException {
    byte[] buffer = new byte[4096];
    try (InputStream in = Files.newInputStream(file)) {
      int length = Math.max(0, in.read(buffer));
      return new String(buffer, 0, length, StandardCharsets.UTF_8).strip();
    }
  }
}
