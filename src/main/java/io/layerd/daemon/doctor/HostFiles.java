package io.layerd.daemon.doctor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The host's files, {@code /proc} among them.
 *
 * @param root {@code /}; another directory in tests
 */
record HostFiles(Path root) {
  static final HostFiles HOST = new HostFiles(Path.of("/"));

  /** The text of a file, stripped; empty if it cannot be read. */
  String read(String file) {
    try {
      return new String(Files.readAllBytes(path(file)), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      return "";
    }
  }

  boolean exists(String file) {
    return Files.exists(path(file));
  }

  /** Where a file of the host, named from its root, is. */
  Path path(String file) {
    return root.resolve(file.replaceFirst("^/+", ""));
  }
}
