package io.layerd.build;

import io.layerd.dockerfile.Dockerfile;
import io.layerd.error.EngineException;
import io.layerd.error.InvalidParameter;
import io.layerd.image.ImageService.Image;
import io.layerd.oci.Digest;
import io.layerd.oci.Platform;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * What the stages came to, for FROM and {@code --from} of later ones, which wait for them; and the
 * images of the world outside.
 */
final class FinishedStages {
  private final BaseImages others;
  private final List<Dockerfile.Stage> stages;
  private final List<CompletableFuture<StageResult>> results = new ArrayList<>();

  FinishedStages(BaseImages others, List<Dockerfile.Stage> stages) {
    this.others = others;
    this.stages = stages;
    stages.forEach(_ -> results.add(new CompletableFuture<>()));
  }

  void finish(int stage, StageResult result) {
    results.get(stage).complete(result);
  }

  /** Whoever waits need not. */
  void cancel() {
    results.forEach(
        each -> each.completeExceptionally(new CancellationException("a stage before failed")));
  }

  /**
   * @return the stage of that name before another; -1 if there is none
   */
  int find(String name, int before) {
    for (int i = before - 1; i >= 0; i--) {
      if (!name.isEmpty() && stages.get(i).from().name().equals(name.toLowerCase(Locale.ROOT))) {
        return i;
      }
    }
    return -1;
  }

  /** Waits for a stage. */
  StageResult result(int stage) throws InterruptedException {
    try {
      return results.get(stage).get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e); // they end well or are cancelled
    }
  }

  /** An image that FROM names, which is no stage. */
  Image base(String name, @Nullable Platform platform, BuildReport report) {
    return others.get(name, platform, report);
  }

  /** What {@code --from} names: a stage by name or number, or an image. */
  @Nullable Image source(String from, int current, @Nullable Platform platform, BuildReport report)
      throws InterruptedException {
    int stage = find(from, current);
    if (stage < 0 && from.matches("[0-9]{1,6}")) {
      stage = Integer.parseInt(from);
      if (stage == current) {
        throw new InvalidParameter(
            "invalid from flag value " + from + ": refers to current build stage");
      }
      if (stage > current) {
        throw new InvalidParameter("invalid from flag value " + from + ": index out of bounds");
      }
    }
    if (stage >= 0) {
      return result(stage).image();
    }
    try {
      return others.get(from, platform, report);
    } catch (EngineException e) {
      throw new InvalidParameter("invalid from flag value " + from + ": " + e.getMessage(), e);
    }
  }

  /** A stage that is not built. */
  static StageResult none() {
    return new StageResult(null, null, Digest.of(new byte[0]), List.of());
  }
}
