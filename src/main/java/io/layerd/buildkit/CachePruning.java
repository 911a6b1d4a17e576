package io.layerd.buildkit;

import io.layerd.build.CacheMounts;
import io.layerd.build.KeptContexts;
import java.util.ArrayList;
import java.util.List;

/** Lists and empties what cache mounts keep. */
public final class CachePruning {
  private final CacheMounts caches;
  private final KeptContexts contexts;

  CachePruning(CacheMounts caches, KeptContexts contexts) {
    this.caches = caches;
    this.contexts = contexts;
  }

  /** All caches. */
  public List<CacheMounts.Entry> list() {
    return caches.list();
  }

  /**
   * Deletes caches that nothing uses; without filters also the contexts that were sent before.
   *
   * @param filters terms {@code id==...} and {@code type==...}, joined by commas; a cache that fits
   *     none of them stays
   * @return what is gone
   */
  public List<CacheMounts.Entry> prune(List<String> filters) {
    List<CacheMounts.Entry> gone = new ArrayList<>();
    if (filters.stream().allMatch(String::isBlank)) {
      contexts.clear();
    }
    for (CacheMounts.Entry entry : caches.list()) {
      if (!entry.inUse() && fits(entry, filters)) {
        caches.remove(entry);
        gone.add(entry);
      }
    }
    return gone;
  }

  private static boolean fits(CacheMounts.Entry entry, List<String> filters) {
    List<String> asked = filters.stream().filter(filter -> !filter.isBlank()).toList();
    return asked.isEmpty() || asked.stream().anyMatch(filter -> all(entry, filter));
  }

  private static boolean all(CacheMounts.Entry entry, String filter) {
    return List.of(filter.split(",")).stream()
        .allMatch(
            term ->
                term.equals("type==exec.cachemount")
                    || term.matches("id[=~]=\"?" + entry.name() + "\"?"));
  }
}
