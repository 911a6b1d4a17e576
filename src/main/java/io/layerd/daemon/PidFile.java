package io.layerd.daemon;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** The pid file: only one daemon has it, and a stale one is taken over. */
final class PidFile implements AutoCloseable {
  private final Path path;

  private PidFile(Path path) {
    this.path = path;
  }

  /**
   * @throws StartupFailure if a process that lives wrote it, or it cannot be written
   */
  static PidFile take(Path path) {
    long self = ProcessHandle.current().pid();
    try {
      long owner = owner(path);
      if (owner > 0 && owner != self && Files.isDirectory(Path.of("/proc/" + owner))) {
        throw new StartupFailure(
            "ensure docker is not running or delete "
                + path
                + ": process with PID "
                + owner
                + " is still running");
      }
      Files.createDirectories(path.getParent());
      Path temporary = path.resolveSibling(path.getFileName() + "." + self);
      Files.writeString(temporary, Long.toString(self));
      Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE);
      return new PidFile(path);
    } catch (IOException e) {
      throw new StartupFailure("failed to write pid file " + path + ": " + Reason.of(e), e);
    }
  }

  private static long owner(Path path) throws IOException {
    if (!Files.exists(path)) {
      return 0;
    }
    try {
      return Long.parseLong(new String(Files.readAllBytes(path), StandardCharsets.US_ASCII).trim());
    } catch (NumberFormatException e) {
      return 0; // cut off by a crash, or not ours: nobody can be named, so it is stale
    }
  }

  /** Gives it back, if it is still ours. */
  @Override
  public void close() {
    try {
      if (owner(path) == ProcessHandle.current().pid()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      // the next daemon finds it stale
    }
  }
}
