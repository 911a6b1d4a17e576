package io.layerd.image;

import io.layerd.image.ImageService.Image;
import io.layerd.image.ImageService.Summary;
import io.layerd.layer.Layer;
import io.layerd.oci.ChainId;
import io.layerd.oci.Digest;
import io.layerd.oci.Reference;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code docker images}. */
final class ImageList {
  private static final Set<String> FILTERS =
      Set.of("dangling", "label", "before", "since", "until", "reference");

  private final ImageState state;

  ImageList(ImageState state) {
    this.state = state;
  }

  List<Summary> list(boolean all, boolean sharedSize, Map<String, List<String>> wanted) {
    ImageFilters filters = new ImageFilters(wanted, FILTERS);
    boolean danglingOnly = filters.flag("dangling", false);
    Instant before = edge(filters, "before", false);
    Instant since = edge(filters, "since", true);
    Instant until = filters.until();
    List<Image> images = state.images.all();
    Map<Digest, List<Reference>> names = state.names.byImage();
    Map<ChainId, Integer> users = sharedSize ? users(images) : Map.of();
    List<Summary> result = new ArrayList<>();
    for (Image image : images) {
      Instant created = ImageFilters.created(image);
      if ((before != null && !created.isBefore(before))
          || (since != null && !created.isAfter(since))
          || (until != null && !created.isBefore(until))
          || !filters.labelsFit(image)) {
        continue;
      }
      boolean parent = !state.images.children(image.id()).isEmpty();
      if (danglingOnly && parent) {
        continue;
      }
      Names kept = Names.of(names.getOrDefault(image.id(), List.of()), filters);
      boolean unnamed = kept.tags().isEmpty() && kept.digests().isEmpty();
      if (unnamed
          ? (parent && !all)
              || (filters.has("dangling") && !danglingOnly)
              || filters.has("reference")
          : danglingOnly && !kept.tags().isEmpty()) {
        continue;
      }
      long shared = sharedSize ? sharedBytes(image, users) : -1;
      result.add(summary(image, kept, shared));
    }
    result.sort(
        Comparator.comparing((Summary s) -> ImageFilters.created(s.image()))
            .reversed()
            .thenComparing(s -> s.image().id().hex()));
    return result;
  }

  /** Everything known of one image. */
  Summary summary(Image image) {
    return summary(image, Names.of(state.names.of(image.id()), null), -1);
  }

  private Summary summary(Image image, Names kept, long shared) {
    ChainId chain = image.chainId();
    long size = chain == null ? 0 : state.layers.chainSizeBytes(chain);
    long containers = state.usersOf(image.id(), false).size();
    return new Summary(image, kept.tags(), kept.digests(), size, shared, containers);
  }

  private @Nullable Instant edge(ImageFilters filters, String name, boolean latest) {
    Comparator<Instant> order = Comparator.naturalOrder();
    return filters.values(name).stream()
        .map(state::get)
        .map(ImageFilters::created)
        .min(latest ? order.reversed() : order)
        .orElse(null);
  }

  private Map<ChainId, Integer> users(List<Image> images) {
    Map<ChainId, Integer> users = new HashMap<>();
    for (Image image : images) {
      ChainId chain = image.chainId();
      if (chain != null) {
        state.layers.chain(chain).forEach(layer -> users.merge(layer.chainId(), 1, Integer::sum));
      }
    }
    return users;
  }

  private long sharedBytes(Image image, Map<ChainId, Integer> users) {
    ChainId chain = image.chainId();
    if (chain == null) {
      return 0;
    }
    return state.layers.chain(chain).stream()
        .filter(layer -> users.getOrDefault(layer.chainId(), 1) > 1)
        .mapToLong(Layer::sizeBytes)
        .sum();
  }

  /** An image's familiar names, sorted. */
  private record Names(List<String> tags, List<String> digests) {
    static Names of(List<Reference> names, @Nullable ImageFilters filters) {
      List<String> tags = new ArrayList<>();
      List<String> digests = new ArrayList<>();
      for (Reference name : names) {
        if (filters != null && !fits(name, filters)) {
          continue;
        }
        (name.digest() == null ? tags : digests).add(name.familiar());
      }
      return new Names(tags, digests);
    }

    private static boolean fits(Reference name, ImageFilters filters) {
      return !filters.has("reference")
          || filters.values("reference").stream()
              .anyMatch(
                  pattern ->
                      Globs.matches(pattern, name.familiar())
                          || Globs.matches(pattern, name.familiarName()));
    }
  }
}
