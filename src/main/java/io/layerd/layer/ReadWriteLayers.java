package io.layerd.layer;

import io.layerd.durable.AtomicFiles;
import io.layerd.durable.Failpoint;
import io.layerd.durable.WriteSet;
import io.layerd.error.Conflict;
import io.layerd.error.InvalidParameter;
import io.layerd.error.NotFound;
import io.layerd.error.SystemFailure;
import io.layerd.graph.GraphDriver;
import io.layerd.oci.ChainId;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The read-write layers of containers, {@code layerdb/mounts/<container id>}: which driver
 * directories they are and which chain they stand on.
 */
final class ReadWriteLayers {
  private static final Logger LOG = Logger.getLogger(ReadWriteLayers.class);

  /**
   * @param initId null for a container without an init layer
   */
  record Entry(String mountId, @Nullable String initId, @Nullable ChainId parent) {}

  private final AtomicFiles files;
  private final GraphDriver driver;
  private final Path root;
  private final Path staging;
  private final Map<String, Entry> entries = new ConcurrentHashMap<>();
  private final Set<String> damaged = ConcurrentHashMap.newKeySet();

  ReadWriteLayers(AtomicFiles files, GraphDriver driver, Path layerDb) throws IOException {
    this.files = files;
    this.driver = driver;
    this.root = layerDb.resolve("mounts");
    this.staging = layerDb.resolve("tmp");
    files.createDirectories(root, 0755);
    load();
  }

  private void load() throws IOException {
    try (DirectoryStream<Path> paths = Files.newDirectoryStream(root)) {
      for (Path path : paths) {
        String containerId = String.valueOf(path.getFileName());
        try {
          entries.put(containerId, read(path));
        } catch (IOException | InvalidParameter e) {
          LOG.errorf("Read-write layer %s is damaged and not used: %s", path, e.getMessage());
          damaged.add(containerId);
        }
      }
    }
  }

  private static Entry read(Path path) throws IOException {
    String mountId = Files.readString(path.resolve("mount-id")).strip();
    if (mountId.isEmpty()) {
      throw new InvalidParameter("its mount-id is empty");
    }
    Path init = path.resolve("init-id");
    Path parent = path.resolve("parent");
    return new Entry(
        mountId,
        Files.exists(init) ? Files.readString(init).strip() : null,
        Files.exists(parent) ? ChainId.parse(Files.readString(parent).strip()) : null);
  }

  /** Containers whose entry cannot be read: which directories are theirs is not known. */
  Set<String> damaged() {
    return Set.copyOf(damaged);
  }

  /** Deletes an entry that cannot be read, of a container that does not exist. */
  void forgetDamaged(String containerId) throws IOException {
    SmallDirectories.delete(root.resolve(containerId));
    damaged.remove(containerId);
  }

  Map<String, Entry> entries() {
    return Map.copyOf(entries);
  }

  Entry get(String containerId) {
    Entry entry = entries.get(containerId);
    if (entry == null) {
      throw new NotFound("container " + containerId + " has no read-write layer");
    }
    return entry;
  }

  @Nullable Entry find(String containerId) {
    return entries.get(containerId);
  }

  /**
   * Makes the directories first and the entry last: without an entry they are orphans and swept.
   */
  void create(String containerId, @Nullable Layer parent, Map<String, String> storageOptions) {
    String mountId = randomId();
    String initId = mountId + "-init";
    enter(
        containerId,
        new Entry(mountId, initId, parent == null ? null : parent.chainId()),
        () -> {
          driver.createReadWrite(initId, parent == null ? null : parent.cacheId());
          driver.populate(initId, InitLayer.NAMES);
          driver.createReadWrite(mountId, initId, storageOptions);
        });
  }

  /** One without an init layer, for what is no container. */
  void createPlain(String id, @Nullable Layer parent) {
    String mountId = randomId();
    enter(
        id,
        new Entry(mountId, null, parent == null ? null : parent.chainId()),
        () -> driver.createReadWrite(mountId, parent == null ? null : parent.cacheId()));
  }

  private void enter(String containerId, Entry entry, Runnable directories) {
    if (entries.containsKey(containerId)) {
      throw new Conflict("container " + containerId + " has a read-write layer already");
    }
    try {
      directories.run();
      Failpoint.CONTAINER_LAYER_MADE.reached();
      write(containerId, entry);
      entries.put(containerId, entry);
    } catch (IOException e) {
      SystemFailure failure =
          new SystemFailure(
              "cannot make the read-write layer of " + containerId + ": " + e.getMessage(), e);
      unname(containerId, failure);
      discard(entry, failure);
      throw failure;
    } catch (RuntimeException e) {
      discard(entry, e);
      throw e;
    }
  }

  private void write(String containerId, Entry entry) throws IOException {
    try (WriteSet set = files.begin(staging)) {
      set.put("mount-id", entry.mountId());
      if (entry.initId() != null) {
        set.put("init-id", entry.initId());
      }
      if (entry.parent() != null) {
        set.put("parent", entry.parent().toString());
      }
      set.commit(root.resolve(containerId), 0755);
    }
  }

  /** It may have its name already, and only the sync of that failed. */
  private void unname(String containerId, RuntimeException cause) {
    try {
      SmallDirectories.delete(root.resolve(containerId));
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  private void discard(Entry entry, RuntimeException cause) {
    for (String id : new String[] {entry.mountId(), entry.initId()}) {
      try {
        if (id != null) {
          driver.remove(id);
        }
      } catch (RuntimeException e) {
        cause.addSuppressed(e);
      }
    }
  }

  /** Deletes the directories, then the entry, so that a kill in between is finished by a retry. */
  void remove(String containerId) {
    Entry entry = entries.get(containerId);
    if (entry == null) {
      return;
    }
    driver.remove(entry.mountId());
    if (entry.initId() != null) {
      driver.remove(entry.initId());
    }
    try {
      Failpoint.CONTAINER_LAYER_GONE.reached();
      SmallDirectories.delete(root.resolve(containerId));
    } catch (IOException e) {
      throw new SystemFailure(
          "cannot delete the entry of " + containerId + " in " + root + ": " + e.getMessage(), e);
    }
    entries.remove(containerId);
  }

  private static String randomId() {
    byte[] random = new byte[32];
    new SecureRandom().nextBytes(random);
    return HexFormat.of().formatHex(random);
  }
}
