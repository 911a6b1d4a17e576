package io.layerd.engine;

import io.layerd.build.BuildOutcome;
import io.layerd.build.BuildOutput;
import io.layerd.build.BuildRequest;
import io.layerd.build.Builder;
import io.layerd.build.CacheMounts;
import io.layerd.error.InvalidParameter;
import io.layerd.events.EventLog;
import io.layerd.image.Cancel;
import io.layerd.image.ImageService.Cancellation;
import io.layerd.image.TimeText;
import io.smallrye.mutiny.Uni;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/**
 * Each build on a thread of its own: it waits for programs most of the time, and may take hours.
 */
final class ThreadBuilds implements BuildCommands {
  private static final Set<String> CACHE_FILTERS =
      Set.of(
          "description",
          "id",
          "inuse",
          "label",
          "label!",
          "parent",
          "private",
          "shared",
          "type",
          "until",
          "unused-for");

  private final Builder builder;
  private final EventLog events;

  ThreadBuilds(Builder builder, EventLog events) {
    this.builder = builder;
    this.events = events;
  }

  @Override
  public Uni<Long> pruneCache(Map<String, List<String>> filters, long keptBytes) {
    return Uni.createFrom()
        .deferred(
            () -> {
              AtomicLong freed = new AtomicLong();
              return Unis.onPlatformThread(
                      "build prune", () -> freed.set(prune(filters, keptBytes)))
                  .map(_ -> freed.get());
            });
  }

  private long prune(Map<String, List<String>> filters, long keptBytes) {
    ListFilters checked;
    Instant before;
    try {
      checked = ListFilters.checked(filters, CACHE_FILTERS);
      before = unusedSince(checked);
    } catch (InvalidParameter e) {
      throw new InvalidParameter("failed to prune build cache: " + e.getMessage(), e);
    }
    if (filters.isEmpty() && keptBytes == 0) {
      builder.kept().clear();
    }
    List<CacheMounts.Entry> some =
        builder.caches().list().stream()
            .filter(entry -> entry.used().isBefore(before))
            .filter(entry -> checked.matches("id", entry.name()) && !hasOther(checked))
            .toList();
    long freed =
        builder.caches().remove(some, keptBytes).stream()
            .mapToLong(CacheMounts.Entry::sizeBytes)
            .sum();
    events.publish("builder", "prune", "", Map.of("reclaimed", Long.toString(freed)));
    return freed;
  }

  /** Whether something is asked for that a cache mount's cache does not have. */
  private static boolean hasOther(ListFilters filters) {
    return filters.has("label")
        || filters.has("parent")
        || filters.has("description")
        || (filters.has("type") && !filters.get("type").contains("exec.cachemount"));
  }

  /** What was used since the answer stays. */
  private static Instant unusedSince(ListFilters filters) {
    Instant before = Instant.MAX;
    for (String name : List.of("until", "unused-for")) {
      if (filters.get(name).size() > 1) {
        throw new InvalidParameter("filters expect only one value");
      }
      for (String value : filters.get(name)) {
        try {
          Instant asked = TimeText.parse(value, Instant.now());
          before = asked.isBefore(before) ? asked : before;
        } catch (InvalidParameter e) {
          throw new InvalidParameter(
              "\"until\" filter expects a duration (e.g., '24h') or a timestamp: " + e.getMessage(),
              e);
        }
      }
    }
    return before;
  }

  @Override
  public Uni<BuildOutcome> build(BuildRequest request, InputStream context, BuildOutput output) {
    return onThread(gone -> builder.build(request, context, output, gone));
  }

  @Override
  public Uni<BuildOutcome> build(BuildRequest request, String url, BuildOutput output) {
    return onThread(gone -> builder.build(request, url, output, gone));
  }

  private static Uni<BuildOutcome> onThread(Function<Cancellation, BuildOutcome> work) {
    return Uni.createFrom()
        .deferred(
            () -> {
              Cancel gone = new Cancel();
              AtomicReference<BuildOutcome> outcome = new AtomicReference<>();
              return Unis.onPlatformThread("build", () -> outcome.set(work.apply(gone)))
                  .map(_ -> outcome.get())
                  .onCancellation()
                  .invoke(gone::cancelAside);
            });
  }
}
