package io.layerd.layer;

import io.layerd.durable.AtomicFiles;
import io.layerd.durable.WriteSet;
import io.layerd.error.Conflict;
import io.layerd.error.InvalidParameter;
import io.layerd.error.NotFound;
import io.layerd.error.SystemFailure;
import io.layerd.graph.GraphDriver;
import io.layerd.oci.ChainId;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;
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
  private final InitLayer initLayer;
  private final Path root;
  private final Path staging;
  private final Map<String, Entry> entries = new ConcurrentHashMap<>();

  ReadWriteLayers(AtomicFiles files, GraphDriver driver, Sys sys, Path layerDb) throws IOException {
    this.files = files;
    this.driver = driver;
    this.initLayer = new InitLayer(sys);
    this.root = layerDb.resolve("mounts");
    this.staging = layerDb.resolve("tmp");
    Files.createDirectories(root);
    load();
  }

  private void load() throws IOException {
    try (DirectoryStream<Path> paths = Files.newDirectoryStream(root)) {
      for (Path path : paths) {
        try {
          String mountId = Files.readString(path.resolve("mount-id")).strip();
          Path init = path.resolve("init-id");
          Path parent = path.resolve("parent");
          entries.put(
              String.valueOf(path.getFileName()),
              new Entry(
                  mountId,
                  Files.exists(init) ? Files.readString(init).strip() : null,
                  Files.exists(parent) ? ChainId.parse(Files.readString(parent).strip()) : null));
        } catch (IOException | InvalidParameter e) {
          LOG.errorf("Read-write layer %s is damaged and not used: %s", path, e.getMessage());
        }
      }
    }
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
  void create(String containerId, @Nullable Layer parent) {
    if (entries.containsKey(containerId)) {
      throw new Conflict("container " + containerId + " has a read-write layer already");
    }
    String mountId = randomId();
    String initId = mountId + "-init";
    try {
      driver.createReadWrite(initId, parent == null ? null : parent.cacheId());
      fillInit(initId);
      driver.createReadWrite(mountId, initId);
      Entry entry = new Entry(mountId, initId, parent == null ? null : parent.chainId());
      write(containerId, entry);
      entries.put(containerId, entry);
    } catch (IOException e) {
      SystemFailure failure =
          new SystemFailure(
              "cannot make the read-write layer of " + containerId + ": " + e.getMessage(), e);
      discard(mountId, initId, failure);
      throw failure;
    } catch (RuntimeException e) {
      discard(mountId, initId, e);
      throw e;
    }
  }

  private void fillInit(String initId) throws IOException {
    Path path = driver.mount(initId);
    try {
      initLayer.fill(path);
    } finally {
      driver.release(initId);
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

  private void discard(String mountId, String initId, RuntimeException cause) {
    for (String id : new String[] {mountId, initId}) {
      try {
        driver.remove(id);
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
