package io.layerd.volume;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Which containers refer to a volume, and which have it mounted, how often. Not safe to share. */
final class VolumeUse {
  private final Map<String, Set<String>> references = new HashMap<>();
  private final Map<String, Map<String, Integer>> mounted = new HashMap<>();

  /** Whether this is the first use of all. */
  boolean begin(String volume, String container) {
    Map<String, Integer> counts = mounted.computeIfAbsent(volume, _ -> new HashMap<>());
    boolean first = counts.isEmpty();
    counts.merge(container, 1, Integer::sum);
    return first;
  }

  /** Whether this was the last use of all. */
  boolean end(String volume, String container) {
    Map<String, Integer> counts = mounted.get(volume);
    if (counts == null || !counts.containsKey(container)) {
      return false;
    }
    counts.computeIfPresent(container, (_, count) -> count > 1 ? count - 1 : null);
    if (counts.isEmpty()) {
      mounted.remove(volume);
      return true;
    }
    return false;
  }

  void refer(String volume, String container) {
    references.computeIfAbsent(volume, _ -> new TreeSet<>()).add(container);
  }

  void unrefer(String volume, String container) {
    references.computeIfPresent(
        volume,
        (_, containers) -> {
          containers.remove(container);
          return containers.isEmpty() ? null : containers;
        });
  }

  Set<String> users(String volume) {
    return Set.copyOf(references.getOrDefault(volume, Set.of()));
  }
}
