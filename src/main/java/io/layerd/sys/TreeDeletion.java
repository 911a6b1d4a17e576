package io.layerd.sys;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import jnr.constants.platform.Errno;

/** Deletes a directory with all in it, by names that are bytes, following no link. */
public final class TreeDeletion {
  private static final int TRIES = 50;
  private static final int PAUSE_MILLIS = 20;
  private static final int DT_DIRECTORY = 4;

  private final Sys sys;

  public TreeDeletion(Sys sys) {
    this.sys = sys;
  }

  /** Absent is success; something that is busy is tried again for a second. */
  public void delete(Path directory) throws ErrnoException {
    byte[] path = directory.toString().getBytes(StandardCharsets.UTF_8);
    for (int attempt = 1; ; attempt++) {
      try {
        deleteDirectory(Sys.AT_FDCWD, path);
        return;
      } catch (ErrnoException e) {
        if (e.is(Errno.ENOENT)) {
          return;
        }
        boolean passing = e.is(Errno.EBUSY) || e.is(Errno.ENOTEMPTY);
        if (!passing || attempt == TRIES) {
          throw e;
        }
        pause();
      }
    }
  }

  private void deleteDirectory(int parent, byte[] name) throws ErrnoException {
    int flags = Sys.O_RDONLY | Sys.O_DIRECTORY | Sys.O_NOFOLLOW;
    int fd = sys.openat(parent, name, flags, 0);
    try {
      for (DirEntry entry : sys.readDirectory(fd)) {
        if (entry.type() == DT_DIRECTORY) {
          deleteDirectory(fd, entry.name());
        } else {
          unlink(fd, entry.name());
        }
      }
    } finally {
      sys.close(fd);
    }
    sys.unlinkat(parent, name, Sys.AT_REMOVEDIR);
  }

  private void unlink(int parent, byte[] name) throws ErrnoException {
    try {
      sys.unlinkat(parent, name, 0);
    } catch (ErrnoException e) {
      if (e.is(Errno.EISDIR)) {
        deleteDirectory(parent, name);
      } else if (!e.is(Errno.ENOENT)) {
        throw e;
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
