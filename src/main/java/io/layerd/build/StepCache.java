package io.layerd.build;

import io.layerd.image.ImageService;
import io.layerd.image.ImageService.History;
import io.layerd.image.ImageService.Image;
import io.layerd.layer.Layer;
import io.layerd.layer.LayerStore;
import io.layerd.oci.DiffId;
import io.layerd.oci.Digest;
import io.layerd.spec.ContainerConfig;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Spares a build the steps that were done before: by an earlier build here, or by whoever made one
 * of the images that {@code --cache-from} names.
 */
final class StepCache {
  private final ImageService images;
  private final StepImages steps;
  private final List<String> sources;
  private final BuildReport report;
  private final ImportedSteps imported;
  private final LayerStore layers;

  /**
   * @param sources images whose history may stand in for steps
   */
  StepCache(
      Tools tools,
      StepImages steps,
      List<String> sources,
      ImportedSteps imported,
      BuildReport report) {
    this.images = tools.images();
    this.layers = tools.layers();
    this.steps = steps;
    this.sources = sources;
    this.imported = imported;
    this.report = report;
  }

  /**
   * Moves the stage on to the image that a step would make, if there is one.
   *
   * @return whether there was
   */
  boolean spares(Stage stage, ContainerConfig command) {
    Digest key = stage.name(command);
    Optional<Image> found = stage.cache().find(stage.image(), stage.platform(), command);
    if (found.isEmpty() && stage.cache().open()) {
      found = fromSources(stage, command);
      if (found.isEmpty()) {
        found = fromElsewhere(stage, key, command);
      }
      if (found.isEmpty()) {
        stage.cache().close();
      }
    }
    found.ifPresent(
        image -> {
          report.cached();
          stage.image(image);
        });
    return found.isPresent();
  }

  private Optional<Image> fromSources(Stage stage, ContainerConfig command) {
    for (String name : sources) {
      Optional<Image> source = images.find(name);
      if (source.isPresent() && goesOnFrom(stage.image(), source.get(), stage.step(command))) {
        int at = stage.image() == null ? 0 : stage.image().history().size();
        boolean empty = source.get().history().get(at).emptyLayer();
        int below = stage.image() == null ? 0 : stage.image().diffIds().size();
        DiffId layer = empty ? null : source.get().diffIds().get(below);
        return Optional.of(
            steps.keepKnown(stage.image(), stage.platform(), stage.step(command), layer));
      }
    }
    return Optional.empty();
  }

  private Optional<Image> fromElsewhere(Stage stage, Digest key, ContainerConfig command) {
    Image below = stage.image();
    ImportedSteps.Found found = imported.find(key, below == null ? null : below.chainId(), report);
    if (found == null) {
      return Optional.empty();
    }
    Layer layer = found.layer();
    try {
      DiffId diffId = layer == null ? null : layer.diffId();
      return Optional.of(steps.keepKnown(below, stage.platform(), stage.step(command), diffId));
    } finally {
      if (layer != null) {
        var unused = layers.release(layer.chainId());
      }
    }
  }

  private static String said(StepImages.Step step) {
    String line = step.line();
    return line == null ? StepImages.text(step.command()) : line;
  }

  /** Whether an image was made of the same steps and layers, and the step came next. */
  private static boolean goesOnFrom(@Nullable Image parent, Image source, StepImages.Step step) {
    List<History> before = parent == null ? List.of() : parent.history();
    List<DiffId> layers = parent == null ? List.of() : parent.diffIds();
    List<History> steps = source.history();
    if (steps.size() <= before.size()
        || source.diffIds().size() < layers.size()
        || !source.diffIds().subList(0, layers.size()).equals(layers)) {
      return false;
    }
    for (int i = 0; i < before.size(); i++) {
      if (!steps.get(i).createdBy().equals(before.get(i).createdBy())
          || steps.get(i).emptyLayer() != before.get(i).emptyLayer()) {
        return false;
      }
    }
    History next = steps.get(before.size());
    return next.createdBy().equals(said(step))
        && (next.emptyLayer() || source.diffIds().size() > layers.size());
  }
}
