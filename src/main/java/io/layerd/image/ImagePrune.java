package io.layerd.image;

import io.layerd.error.Conflict;
import io.layerd.error.InvalidParameter;
import io.layerd.error.NotFound;
import io.layerd.image.ImageService.Image;
import io.layerd.image.ImageService.Pruned;
import io.layerd.image.ImageService.Removed;
import io.layerd.layer.Layer;
import io.layerd.oci.Digest;
import io.layerd.oci.Reference;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jboss.logging.Logger;

/** {@code docker image prune}: removes what has no tag, or with {@code dangling=false} no user. */
final class ImagePrune {
  private static final Logger LOG = Logger.getLogger(ImagePrune.class);
  private static final Set<String> FILTERS = Set.of("dangling", "label", "label!", "until");

  private final ImageState state;
  private final ImageRemoval removal;

  ImagePrune(ImageState state, ImageRemoval removal) {
    this.state = state;
    this.removal = removal;
  }

  Pruned prune(Map<String, List<String>> wanted) {
    ImageFilters filters = new ImageFilters(wanted, FILTERS);
    boolean danglingOnly = filters.flag("dangling", true);
    if (filters.values("until").size() > 1) {
      throw new InvalidParameter("more than one until filter specified");
    }
    Instant until = filters.until();
    Map<String, Long> sizes = new HashMap<>();
    for (Layer layer : state.layers.all()) {
      sizes.put(layer.chainId().toString(), layer.sizeBytes());
    }
    List<Removed> removed = new ArrayList<>();
    Map<Digest, List<Reference>> allNames = state.names.byImage();
    for (Image image : state.images.all()) {
      List<Reference> names = allNames.getOrDefault(image.id(), List.of());
      boolean tagged = names.stream().anyMatch(name -> name.digest() == null);
      if (!state.images.children(image.id()).isEmpty() && (danglingOnly || names.isEmpty())
          || (danglingOnly && tagged)
          || (until != null && ImageFilters.created(image).isAfter(until))
          || !filters.labelsFit(image)) {
        continue;
      }
      if (names.isEmpty()) {
        tryRemove(image.id().hex(), removed);
      }
      names.forEach(name -> tryRemove(name.familiar(), removed));
    }
    long reclaimed = 0;
    for (Removed each : removed) {
      if (each instanceof Removed.Deleted deleted) {
        reclaimed += sizes.getOrDefault(deleted.id(), 0L);
      }
    }
    state.publish("prune", "", Map.of("reclaimed", Long.toString(reclaimed)));
    return new Pruned(removed, reclaimed);
  }

  private void tryRemove(String name, List<Removed> removed) {
    try {
      removed.addAll(removal.remove(name, false, true));
    } catch (Conflict | NotFound e) {
      LOG.debugf("prune keeps %s: %s", name, e.getMessage());
    }
  }
}
