package io.layerd.network;

import io.layerd.error.SystemFailure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where the host keeps netavark, aardvark-dns and iptables. */
final class HostPrograms {
  /** A short PATH, since netavark tries each directory for each of its many iptables calls. */
  static final String PATH = "/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin";

  private static final List<String> HOMES =
      List.of(
          "/usr/lib/podman", "/usr/libexec/podman", "/usr/local/lib/podman", "/usr/lib64/podman");

  private HostPrograms() {}

  static @Nullable Path find(String program) {
    List<String> directories = new ArrayList<>(HOMES);
    directories.addAll(List.of(PATH.split(":", -1)));
    String own = System.getenv("PATH");
    if (own != null) {
      directories.addAll(List.of(own.split(":", -1)));
    }
    return directories.stream()
        .map(directory -> Path.of(directory, program))
        .filter(Files::isExecutable)
        .findFirst()
        .orElse(null);
  }

  static Path get(@Nullable Path configured, String program) {
    Path found = configured == null ? find(program) : configured;
    if (found == null) {
      throw new SystemFailure(
          program
              + " is not installed: install the package "
              + program
              + " (looked in /usr/lib/podman, /usr/libexec/podman and PATH)");
    }
    return found;
  }
}
