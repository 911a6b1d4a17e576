package io.layerd.durable;

import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * An exclusive lock between processes, flock(2) on a file. The kernel drops it with its process,
 * however that ends: it is never stale. The file stays, so that all agree on its inode.
 */
public final class FileLock implements AutoCloseable {
  private static final int MODE = 0600;

  private final Sys sys;
  private final int fd;
  private boolean closed;

  private FileLock(Sys sys, int fd) {
    this.sys = sys;
    this.fd = fd;
  }

  /** Takes the lock, or answers empty if another process, or another part of this one, has it. */
  public static Optional<FileLock> tryAcquire(Sys sys, Path file) throws IOException {
    int fd = sys.openat(Sys.AT_FDCWD, Paths.bytes(file), Sys.O_RDWR | Sys.O_CREAT, MODE);
    boolean locked = false;
    try {
      locked = sys.flock(fd, false);
    } finally {
      if (!locked) {
        sys.close(fd);
      }
    }
    return locked ? Optional.of(new FileLock(sys, fd)) : Optional.empty();
  }

  /** Waits for the lock. */
  public static FileLock acquire(Sys sys, Path file) throws IOException {
    int fd = sys.openat(Sys.AT_FDCWD, Paths.bytes(file), Sys.O_RDWR | Sys.O_CREAT, MODE);
    boolean locked = false;
    try {
      locked = sys.flock(fd, true);
      return new FileLock(sys, fd);
    } finally {
      if (!locked) {
        sys.close(fd);
      }
    }
  }

  /** Lets the lock go; a second call does nothing. */
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      sys.close(fd);
    }
  }
}
