package io.layerd.layer;

import io.layerd.graph.GraphDriver;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Sizes of read-write layers. What is not mounted cannot change, so its size is measured once after
 * each use; all mounts go through here. A layer that is mounted is measured each time.
 */
final class ReadWriteSizes {
  private static final long UNKNOWN = -1;

  private final GraphDriver driver;
  private final Map<String, Size> sizes = new ConcurrentHashMap<>();

  /** In the table from before it is measured until the next mount; compared by identity. */
  private static final class Size {
    volatile long bytes = UNKNOWN;
  }

  ReadWriteSizes(GraphDriver driver) {
    this.driver = driver;
  }

  /** {@link GraphDriver#mount(String, String)}. */
  Path mount(String mountId, String label) {
    sizes.remove(mountId);
    try {
      return driver.mount(mountId, label);
    } finally {
      // Once more: one that began meanwhile may have seen the layer still unmounted.
      sizes.remove(mountId);
    }
  }

  void forget(String mountId) {
    sizes.remove(mountId);
  }

  /**
   * @param below the directory that the layer stands on
   */
  long bytes(String mountId, @Nullable String below) {
    Size known = sizes.get(mountId);
    if (known != null && known.bytes != UNKNOWN) {
      return known.bytes;
    }
    Size size = new Size();
    sizes.put(mountId, size);
    // Asked after the entry was made: a mount from here on takes it away.
    if (driver.mayChange(mountId)) {
      sizes.remove(mountId, size);
      return driver.sizeBytes(mountId, below);
    }
    long bytes = driver.sizeBytes(mountId, below);
    size.bytes = bytes;
    return bytes;
  }
}
