package io.layerd.graph;

import io.layerd.mount.Mount;
import io.layerd.mount.Mounts;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.Sys;
import io.layerd.sys.Trees;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Deletes trees that something may still keep busy: a lookup under way, a mount that another
 * namespace is giving up. They get a second; what is mounted in the tree is unmounted.
 */
public final class BusyDeletion {
  private static final int ATTEMPTS = 50;
  private static final long PAUSE_MILLIS = 20;

  private final Mounts mounts;
  private final Trees trees;

  public BusyDeletion(Sys sys) {
    this.mounts = new Mounts(sys);
    this.trees = new Trees(sys);
  }

  /** Absent is success. */
  public void delete(Path directory) throws IOException {
    try {
      for (int attempt = 1; !tried(directory, attempt); attempt++) {
        Thread.sleep(PAUSE_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private boolean tried(Path directory, int attempt) throws IOException {
    try {
      trees.delete(directory);
      return true;
    } catch (ErrnoException e) {
      boolean busy = e.is(ErrnoException.EBUSY) || e.is(ErrnoException.ENOTEMPTY);
      if (!busy || attempt == ATTEMPTS) {
        throw e;
      }
      for (Mount mount : mounts.below(directory)) {
        mounts.unmount(mount.mountPoint());
      }
      return false;
    }
  }
}
