package io.layerd.build;

import io.layerd.image.ImageService.Image;
import io.layerd.oci.Digest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a stage came to.
 *
 * @param image null if there is nothing in it
 * @param base what FROM named; null for nothing
 * @param key names its last step
 * @param steps its own, after those of the stages it stands on
 */
record StageResult(@Nullable Image image, @Nullable Image base, Digest key, List<BuiltStep> steps) {
  StageResult {
    steps = List.copyOf(steps);
  }
}
