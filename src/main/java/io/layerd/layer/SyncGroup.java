package io.layerd.layer;

import io.layerd.durable.AtomicFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Makes the contents of staged layers durable, many with one syncfs(2): a sync covers every layer
 * that was complete when it began, so the layers of one image seldom need more than one.
 */
final class SyncGroup {
  private final AtomicFiles files;
  private final Path directory;
  private final Map<String, Long> tickets = new ConcurrentHashMap<>();
  private long issued;
  private long synced;

  /**
   * @param directory on the file system that holds the layers
   */
  SyncGroup(AtomicFiles files, Path directory) {
    this.files = files;
    this.directory = directory;
  }

  /** A layer is complete and may be synced from now on. */
  synchronized void add(String cacheId) {
    issued++;
    tickets.put(cacheId, issued);
  }

  /** A layer is gone. */
  void forget(String cacheId) {
    tickets.remove(cacheId);
  }

  /** Returns when the layer is durable; waits for a sync under way, which may have covered it. */
  synchronized void sync(String cacheId) throws IOException {
    Long ticket = tickets.get(cacheId);
    if (ticket != null && ticket <= synced) {
      tickets.remove(cacheId);
      return;
    }
    long covered = issued;
    files.syncFileSystem(directory);
    synced = covered;
    tickets.remove(cacheId);
  }
}
