package io.layerd.layer;

import io.layerd.error.NotFound;
import io.layerd.oci.ChainId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The layers that are published and how often each is referred to. A child is one reference to its
 * parent, so only the top of a stack is counted by those who use it.
 */
final class References {
  private static final Logger LOG = Logger.getLogger(References.class);
  private static final int LOCKS = 64;

  private final Map<ChainId, Layer> layers = new HashMap<>();
  private final Map<ChainId, Integer> counts = new HashMap<>();
  private final Set<String> unusable = new HashSet<>();
  private final Object[] locks = new Object[LOCKS];

  References() {
    for (int i = 0; i < LOCKS; i++) {
      locks[i] = new Object();
    }
  }

  /** What work on one chain ID is serialised by. */
  Object lock(ChainId id) {
    return locks[Math.floorMod(id.hashCode(), LOCKS)];
  }

  /** Takes over the layers found at start that have all their parents and their directory. */
  synchronized void load(List<Layer> found, Predicate<Layer> present) {
    Map<ChainId, Layer> left = new HashMap<>();
    found.forEach(layer -> left.put(layer.chainId(), layer));
    boolean progress = true;
    while (progress) {
      progress = false;
      for (Layer layer : List.copyOf(left.values())) {
        if (layer.parent() == null || layers.containsKey(layer.parent())) {
          left.remove(layer.chainId());
          progress = true;
          if (present.test(layer)) {
            put(layer, 0);
          } else {
            LOG.errorf("Layer %s has lost its directory %s", layer.chainId(), layer.cacheId());
          }
        }
      }
    }
    for (Layer layer : left.values()) {
      LOG.errorf("Layer %s has lost a parent and is not used", layer.chainId());
      unusable.add(layer.cacheId());
    }
  }

  /** Adds a new layer with one reference; its parent has been retained by the caller. */
  synchronized void add(Layer layer) {
    layers.put(layer.chainId(), layer);
    counts.put(layer.chainId(), 1);
  }

  private void put(Layer layer, int count) {
    layers.put(layer.chainId(), layer);
    counts.put(layer.chainId(), count);
    if (layer.parent() != null) {
      counts.merge(layer.parent(), 1, Integer::sum);
    }
  }

  synchronized @Nullable Layer find(ChainId id) {
    return layers.get(id);
  }

  synchronized List<Layer> all() {
    return new ArrayList<>(layers.values());
  }

  synchronized Layer retain(ChainId id) {
    Layer layer = layers.get(id);
    if (layer == null) {
      throw new NotFound("layer does not exist: " + id);
    }
    counts.merge(id, 1, Integer::sum);
    return layer;
  }

  /** The layer with one more reference, or null if there is none. */
  synchronized @Nullable Layer retainIfPresent(ChainId id) {
    return layers.containsKey(id) ? retain(id) : null;
  }

  /** Gives one reference back and keeps the layer, even if that was the last. */
  synchronized void giveBack(ChainId id) {
    counts.computeIfPresent(id, (key, count) -> count - 1);
  }

  /** Whether nobody refers to a layer. */
  synchronized boolean isUnreferenced(ChainId id) {
    Integer count = counts.get(id);
    return count != null && count == 0;
  }

  /** Whether one more release takes a layer out. */
  synchronized boolean isLast(ChainId id) {
    Integer count = counts.get(id);
    return count != null && count <= 1;
  }

  /** Gives one reference back; the layer if that was the last one, which it is then taken out. */
  synchronized @Nullable Layer release(ChainId id) {
    Integer count = counts.get(id);
    if (count == null) {
      return null;
    }
    if (count > 1) {
      counts.put(id, count - 1);
      return null;
    }
    counts.remove(id);
    return layers.remove(id);
  }

  /** Directories that must be kept, those of damaged stacks included. */
  synchronized void everyCacheId(Consumer<String> consumer) {
    layers.values().forEach(layer -> consumer.accept(layer.cacheId()));
    unusable.forEach(consumer);
  }
}
