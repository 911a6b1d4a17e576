package io.layerd.image;

import io.layerd.error.InvalidParameter;
import io.layerd.image.ImageService.SearchRequest;
import io.layerd.oci.GoNumbers;
import io.layerd.registry.Registry;
import io.layerd.registry.SearchResult;
import java.util.List;
import java.util.Set;

/** {@code docker search}. */
final class ImageSearch {
  private static final Set<String> FILTERS = Set.of("is-automated", "is-official", "stars");
  private static final int USUAL = 25;
  private static final int MOST = 100;

  private final Registry registry;

  ImageSearch(Registry registry) {
    this.registry = registry;
  }

  List<SearchResult> run(SearchRequest request) {
    ImageFilters filters = new ImageFilters(request.filters(), FILTERS);
    boolean automated = filters.flag("is-automated", false);
    boolean officialAsked = filters.has("is-official");
    boolean official = filters.flag("is-official", false);
    int stars = 0;
    for (String text : filters.values("stars")) {
      stars = Math.max(stars, stars(text));
    }
    int limit = request.limit() == 0 ? USUAL : request.limit();
    if (limit < 1 || limit > MOST) {
      throw new InvalidParameter("limit " + limit + " is outside the range of [1, " + MOST + "]");
    }
    if (automated) {
      return List.of(); // Nothing is any more, so no registry is asked.
    }
    int least = stars;
    return registry.search(request.term(), limit, request.credentials()).stream()
        .filter(found -> !officialAsked || found.official() == official)
        .filter(found -> found.stars() >= least)
        .toList();
  }

  private static int stars(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new InvalidParameter(
          "invalid filter 'stars=%s': strconv.Atoi: %s".formatted(text, GoNumbers.failure(text)),
          e);
    }
  }
}
