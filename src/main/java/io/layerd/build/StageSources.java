package io.layerd.build;

import io.layerd.image.ImageService.Image;
import io.layerd.oci.Platform;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** What a stage may take files from: stages before it, additional contexts, and images. */
final class StageSources {
  private final FinishedStages finished;
  private final BuildFiles files;
  private final int current;
  private final @Nullable Platform platform;
  private final BuildReport report;

  /**
   * @param current the stage's number
   * @param platform of images; null for any
   */
  StageSources(
      FinishedStages finished,
      BuildFiles files,
      int current,
      @Nullable Platform platform,
      BuildReport report) {
    this.finished = finished;
    this.files = files;
    this.current = current;
    this.platform = platform;
    this.report = report;
  }

  /** Where the files are. */
  sealed interface Origin {
    /**
     * @param image null for an empty one
     */
    record OfImage(@Nullable Image image) implements Origin {}

    record OfFiles(Path root) implements Origin {}
  }

  /** The stage's number if a name is that of a stage before; else -1. */
  int stage(String name) {
    return finished.find(name, current);
  }

  /** Waits for a stage. */
  StageResult result(int stage) throws InterruptedException {
    return finished.result(stage);
  }

  /** What FROM names, if it is no stage. */
  Origin base(String name, @Nullable Platform wanted) {
    return switch (files.named(name)) {
      case NamedContext.OfFiles directory -> new Origin.OfFiles(directory.root());
      case NamedContext.OfImage image ->
          new Origin.OfImage(finished.base(image.name(), wanted, report));
      case null -> new Origin.OfImage(finished.base(name, wanted, report));
    };
  }

  /** What {@code --from} names. */
  Origin from(String name) throws InterruptedException {
    if (stage(name) < 0) {
      switch (files.named(name)) {
        case NamedContext.OfFiles directory -> {
          return new Origin.OfFiles(directory.root());
        }
        case NamedContext.OfImage image -> {
          return new Origin.OfImage(finished.base(image.name(), platform, report));
        }
        case null -> {}
      }
    }
    return new Origin.OfImage(finished.source(name, current, platform, report));
  }
}
