package io.layerd.build;

import io.layerd.error.EngineException;
import io.layerd.error.InvalidParameter;
import io.layerd.image.ImageService.Image;
import io.layerd.oci.Platform;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The images of the stages so far, for FROM and {@code --from}, and those of the world outside. */
final class FinishedStages {
  private final BaseImages others;
  private final List<@Nullable Image> images = new ArrayList<>();
  private final Map<String, Integer> named = new HashMap<>();

  FinishedStages(BaseImages others) {
    this.others = others;
  }

  /**
   * @param name may be empty
   * @param image null for a stage that made none
   */
  void add(String name, @Nullable Image image) {
    if (!name.isEmpty()) {
      named.put(name, images.size());
    }
    images.add(image);
  }

  @Nullable Image last() {
    return images.getLast();
  }

  boolean isStage(String name) {
    return named.containsKey(name.toLowerCase(Locale.ROOT));
  }

  /** What FROM names: a stage, or an image. */
  @Nullable Image base(String name, @Nullable Platform platform) {
    Integer stage = named.get(name.toLowerCase(Locale.ROOT));
    return stage == null ? others.get(name, platform) : images.get(stage);
  }

  /** What {@code --from} names: a stage by name or number, or an image. */
  @Nullable Image source(String from, @Nullable Platform platform) {
    Integer stage = named.get(from.toLowerCase(Locale.ROOT));
    if (stage == null && from.matches("[0-9]{1,6}")) {
      stage = Integer.valueOf(from);
      if (stage == images.size()) {
        throw new InvalidParameter(
            "invalid from flag value " + from + ": refers to current build stage");
      }
      if (stage > images.size()) {
        throw new InvalidParameter("invalid from flag value " + from + ": index out of bounds");
      }
    }
    if (stage != null) {
      return images.get(stage);
    }
    try {
      return others.get(from, platform);
    } catch (EngineException e) {
      throw new InvalidParameter("invalid from flag value " + from + ": " + e.getMessage(), e);
    }
  }
}
