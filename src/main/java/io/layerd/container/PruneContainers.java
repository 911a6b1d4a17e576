package io.layerd.container;

import io.layerd.container.ContainerService.Pruned;
import io.layerd.error.EngineException;
import io.layerd.error.InvalidParameter;
import io.layerd.image.TimeText;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Removes containers that do not run. */
final class PruneContainers {
  private static final Logger LOG = Logger.getLogger(PruneContainers.class);
  private static final int MOST_LABELS = 1000;

  private final Rooms rooms;
  private final RemoveContainer remove;

  PruneContainers(Rooms rooms, RemoveContainer remove) {
    this.rooms = rooms;
    this.remove = remove;
  }

  Pruned prune(Filters filters) {
    filters.checkNames(Set.of("label", "label!", "until"));
    Instant until = until(filters);
    List<String> removed = new ArrayList<>();
    long bytes = 0;
    for (Container c : rooms.index().all()) {
      boolean keep =
          c.running()
              || (until != null && !c.createdAt().isBefore(until))
              || !filters.labels("label", c.config.labels())
              || excluded(filters, c);
      if (keep) {
        continue;
      }
      try {
        long size = rooms.layers().readWriteSizeBytes(c.id);
        remove.remove(c.id, c, false, false).join();
        bytes += size;
        removed.add(c.id);
      } catch (EngineException e) {
        LOG.warnf("container %s is not pruned: %s", c.shortId(), e.getMessage());
      }
    }
    rooms.events().pruned(bytes);
    return new Pruned(removed, bytes);
  }

  private static boolean excluded(Filters filters, Container c) {
    return filters.get("label!").stream()
        .limit(MOST_LABELS)
        .anyMatch(
            label ->
                new Filters(java.util.Map.of("label", List.of(label)))
                    .labels("label", c.config.labels()));
  }

  private static @Nullable Instant until(Filters filters) {
    List<String> values = filters.get("until");
    if (values.isEmpty()) {
      return null;
    }
    if (values.size() > 1) {
      throw new InvalidParameter("more than one until filter specified");
    }
    return TimeText.parse(values.getFirst(), Instant.now());
  }
}
