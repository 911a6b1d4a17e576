package io.layerd.daemon;

import io.layerd.durable.FileLock;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/** The directory that holds all persistent state: made, writable, and this daemon's alone. */
final class DataRoot implements AutoCloseable {
  private final FileLock lock;

  private DataRoot(FileLock lock) {
    this.lock = lock;
  }

  /**
   * Makes the directory if need be and locks it; the lock ends with the process, however it ends.
   *
   * @throws StartupFailure if it is read-only, full, or another daemon's
   */
  static DataRoot take(Sys sys, Path path) {
    Path file = path.resolve(".layerd.lock");
    try {
      if (!Files.isDirectory(path)) {
        Files.createDirectories(path);
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx--x---"));
      }
      FileLock lock =
          FileLock.tryAcquire(sys, file)
              .orElseThrow(
                  () ->
                      new StartupFailure(
                          "data root "
                              + path
                              + " is in use by another layerd: stop that one, or choose another"
                              + " --data-root"));
      // A byte in a new file, so that a full disk shows now and not in the middle of a pull.
      Path probe = path.resolve(".layerd.probe");
      Files.deleteIfExists(probe);
      Files.write(probe, new byte[] {'\n'}, StandardOpenOption.CREATE_NEW, StandardOpenOption.SYNC);
      Files.delete(probe);
      return new DataRoot(lock);
    } catch (IOException e) {
      throw new StartupFailure(
          "cannot write to data root "
              + path
              + ": "
              + (e instanceof ErrnoException ? e.getMessage() : Reason.of(e))
              + ": make it writable and make room on it, or choose another --data-root",
          e);
    }
  }

  @Override
  public void close() {
    lock.close();
  }
}
