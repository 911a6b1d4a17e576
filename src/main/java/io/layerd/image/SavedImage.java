package io.layerd.image;

import io.layerd.image.ImageService.Image;
import io.layerd.oci.Reference;
import java.time.Instant;
import java.util.List;

/**
 * An image on its way into an archive.
 *
 * @param tags the names it was asked for by, in that order
 */
record SavedImage(Image image, List<Reference> tags) {
  SavedImage {
    tags = List.copyOf(tags);
  }

  /** The time of its files; file systems have none before 1970. */
  long seconds() {
    Instant created = image.created();
    return created == null ? 0 : Math.max(0, created.getEpochSecond());
  }
}
