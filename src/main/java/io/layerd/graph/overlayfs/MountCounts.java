package io.layerd.graph.overlayfs;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/** How often each layer is mounted, and the lock that mounting and unmounting it takes. */
public final class MountCounts {
  private static final int STRIPES = 64;

  private final ReentrantLock[] locks = new ReentrantLock[STRIPES];
  private final Map<String, Integer> counts = new HashMap<>();

  public MountCounts() {
    for (int i = 0; i < STRIPES; i++) {
      locks[i] = new ReentrantLock();
    }
  }

  /** Runs {@code mount} if nobody has the layer mounted yet. */
  public void mounted(String id, Runnable mount) {
    locked(
        id,
        () -> {
          int count = count(id);
          if (count == 0) {
            mount.run();
          }
          set(id, count + 1);
        });
  }

  /** Runs {@code unmount} if nobody else has the layer mounted. */
  public void released(String id, Runnable unmount) {
    locked(
        id,
        () -> {
          int count = count(id);
          if (count <= 1) {
            unmount.run();
          }
          set(id, Math.max(0, count - 1));
        });
  }

  /** Whether somebody has the layer mounted. */
  public boolean isMounted(String id) {
    return count(id) > 0;
  }

  /** Runs {@code remove} and forgets the layer. */
  public void removed(String id, Runnable remove) {
    locked(
        id,
        () -> {
          set(id, 0);
          remove.run();
        });
  }

  /** A mount that outlived the last daemon counts as one. */
  public void survived(String id) {
    set(id, Math.max(1, count(id)));
  }

  private void locked(String id, Runnable action) {
    ReentrantLock lock = locks[Math.floorMod(id.hashCode(), STRIPES)];
    lock.lock();
    try {
      action.run();
    } finally {
      lock.unlock();
    }
  }

  private int count(String id) {
    synchronized (counts) {
      return counts.getOrDefault(id, 0);
    }
  }

  private void set(String id, int count) {
    synchronized (counts) {
      if (count == 0) {
        counts.remove(id);
      } else {
        counts.put(id, count);
      }
    }
  }
}
