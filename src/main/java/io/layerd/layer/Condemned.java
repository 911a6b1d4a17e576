package io.layerd.layer;

import io.layerd.oci.ChainId;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Layers whose last holder is about to be deleted. They are marked as unclaimed before it is, so
 * that a kill between its end and theirs leaves no layer that nobody will ever give up.
 */
final class Condemned {
  private static final Logger LOG = Logger.getLogger(Condemned.class);

  private final References references;
  private final Unclaimed unclaimed;
  private final Set<ChainId> chains = ConcurrentHashMap.newKeySet();

  Condemned(References references, Unclaimed unclaimed) {
    this.references = references;
    this.unclaimed = unclaimed;
  }

  /** Marks what goes with one reference to a layer; on a full disk without a mark. */
  void add(ChainId id) {
    ChainId next = id;
    while (next != null && references.isLast(next)) {
      try {
        unclaimed.mark(next);
        chains.add(next);
      } catch (IOException e) {
        LOG.debugf("layer %s is deleted without a mark: %s", next, e.getMessage());
      }
      next = parent(next);
    }
  }

  /** Takes the marks back from the layers of a chain that are still there. */
  void pardon(@Nullable ChainId id) {
    ChainId next = id;
    while (next != null) {
      if (chains.remove(next)) {
        unclaimed.clear(next);
      }
      next = parent(next);
    }
  }

  /** A layer is gone, and its mark with it. */
  void forget(ChainId id) {
    chains.remove(id);
  }

  private @Nullable ChainId parent(ChainId id) {
    Layer layer = references.find(id);
    return layer == null ? null : layer.parent();
  }
}
