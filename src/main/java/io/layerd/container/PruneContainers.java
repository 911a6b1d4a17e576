package io.layerd.container;

import io.layerd.container.ContainerService.Pruned;
import io.layerd.error.EngineException;
import io.layerd.error.InvalidParameter;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Removes containers that do not run. */
final class PruneContainers {
  private static final Logger LOG = Logger.getLogger(PruneContainers.class);
  private static final Pattern GO_DURATION = Pattern.compile("(\\d+(?:\\.\\d+)?)(h|ms|us|ns|m|s)");
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
    return moment(values.getFirst(), Instant.now());
  }

  /** A Go duration before now, seconds since the epoch, or RFC 3339. */
  static Instant moment(String text, Instant now) {
    Matcher matcher = GO_DURATION.matcher(text);
    int at = 0;
    Duration back = Duration.ZERO;
    while (at < text.length() && matcher.find(at) && matcher.start() == at) {
      double amount = Double.parseDouble(matcher.group(1));
      long unit =
          switch (matcher.group(2)) {
            case "h" -> 3_600_000_000_000L;
            case "m" -> 60_000_000_000L;
            case "s" -> 1_000_000_000L;
            case "ms" -> 1_000_000L;
            case "us" -> 1_000L;
            default -> 1L;
          };
      back = back.plusNanos((long) (amount * unit));
      at = matcher.end();
    }
    if (at == text.length() && at > 0) {
      return now.minus(back);
    }
    try {
      if (text.chars().allMatch(c -> (c >= '0' && c <= '9') || c == '.')) {
        double seconds = Double.parseDouble(text);
        return Instant.ofEpochSecond((long) seconds, (long) ((seconds % 1) * 1e9));
      }
      return text.length() == 10
          ? Instant.parse(text + "T00:00:00Z")
          : OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException | NumberFormatException e) {
      throw new InvalidParameter("failed to parse value as time or duration: \"" + text + "\"", e);
    }
  }
}
