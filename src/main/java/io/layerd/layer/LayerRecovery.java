package io.layerd.layer;

import io.layerd.error.EngineException;
import io.layerd.graph.GraphDriver;
import io.layerd.oci.ChainId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * What the start does about the end of the last daemon: half-made layers, staging directories,
 * read-write layers without a container and driver directories that nothing refers to are deleted;
 * whatever is damaged is left alone.
 */
final class LayerRecovery {
  private static final Logger LOG = Logger.getLogger(LayerRecovery.class);

  private final DataRootLayerStore store;
  private final GraphDriver driver;
  private final LayerDb db;
  private final ReadWriteLayers readWrite;
  private final References references;
  private final Unclaimed unclaimed;
  private final Path containers;

  LayerRecovery(
      DataRootLayerStore store,
      GraphDriver driver,
      LayerDb db,
      ReadWriteLayers readWrite,
      References references,
      Unclaimed unclaimed,
      Path containers) {
    this.store = store;
    this.driver = driver;
    this.db = db;
    this.readWrite = readWrite;
    this.references = references;
    this.unclaimed = unclaimed;
    this.containers = containers;
  }

  /**
   * @param existing the containers that exist
   */
  void run(Set<String> existing) {
    try {
      db.sweep();
    } catch (IOException e) {
      LOG.warnf("Cannot sweep the layer store: %s", e.getMessage());
    }
    for (String id : readWrite.entries().keySet()) {
      if (!existing.contains(id) && !isConfigured(id)) {
        LOG.infof("Deleting the read-write layer of container %s, which does not exist", id);
        tryTo(() -> store.removeReadWrite(id));
      }
    }
    deleteUnclaimed();
    boolean allKnown = db.damaged().stream().allMatch(damaged -> damaged.cacheId() != null);
    if (forgetDamaged(existing) && allKnown) {
      driver.recover(referred());
    } else {
      // Whose directories the damaged entries name is not known: delete none.
      Set<String> all = referred();
      all.addAll(driver.ids());
      driver.recover(all);
    }
  }

  /** A container whose configuration cannot be read is not one that does not exist. */
  private boolean isConfigured(String containerId) {
    return Files.exists(containers.resolve(containerId).resolve("config.v2.json"));
  }

  // Layers published for an image that a kill kept from being finished; parents go with their
  // children.
  private void deleteUnclaimed() {
    for (ChainId id : unclaimed.all()) {
      if (references.isUnreferenced(id)) {
        LOG.infof("Deleting layer %s of an image that was never finished", id);
        tryTo(() -> deleteUnclaimed(references.retain(id)));
      }
    }
    unclaimed.all().forEach(store::claim);
  }

  private void deleteUnclaimed(Layer layer) {
    ChainId kept = claimedAncestor(layer);
    if (kept != null) {
      references.retain(kept);
    }
    store.giveUp(layer.chainId());
    if (kept != null) {
      references.giveBack(kept);
    }
  }

  /** The first layer below that is not to go, even if this one is its only user. */
  private @Nullable ChainId claimedAncestor(Layer layer) {
    Set<ChainId> marked = unclaimed.all();
    ChainId parent = layer.parent();
    while (parent != null && marked.contains(parent)) {
      Layer below = references.find(parent);
      parent = below == null ? null : below.parent();
    }
    return parent;
  }

  private boolean forgetDamaged(Set<String> existing) {
    for (String id : readWrite.damaged()) {
      if (existing.contains(id) || isConfigured(id)) {
        continue;
      }
      try {
        readWrite.forgetDamaged(id);
      } catch (IOException e) {
        LOG.warnf("Cannot delete the damaged read-write layer of %s: %s", id, e.getMessage());
      }
    }
    return readWrite.damaged().isEmpty();
  }

  private Set<String> referred() {
    Set<String> referred = new HashSet<>();
    references.everyCacheId(referred::add);
    for (LayerDb.Damaged damaged : db.damaged()) {
      if (damaged.cacheId() != null) {
        referred.add(damaged.cacheId());
      }
    }
    for (ReadWriteLayers.Entry entry : readWrite.entries().values()) {
      referred.add(entry.mountId());
      if (entry.initId() != null) {
        referred.add(entry.initId());
      }
    }
    return referred;
  }

  private static void tryTo(Runnable step) {
    try {
      step.run();
    } catch (EngineException e) {
      LOG.warnf("Recovery: %s", e.getMessage());
    }
  }
}
