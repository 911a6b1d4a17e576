package io.layerd.image;

import io.layerd.error.InvalidParameter;
import io.layerd.image.ImageService.Image;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The filters of list and prune, checked. */
final class ImageFilters {
  private final Map<String, List<String>> filters;

  /**
   * @throws InvalidParameter {@code invalid filter 'foo'}
   */
  ImageFilters(Map<String, List<String>> filters, Set<String> accepted) {
    this.filters = filters;
    for (String name : filters.keySet()) {
      if (!accepted.contains(name)) {
        throw new InvalidParameter(
            name.isEmpty() ? "invalid filter" : "invalid filter '" + name + "'");
      }
    }
  }

  boolean has(String name) {
    return filters.containsKey(name);
  }

  List<String> values(String name) {
    return filters.getOrDefault(name, List.of());
  }

  /** A yes or no; both, neither or something else is refused. */
  boolean flag(String name, boolean otherwise) {
    if (!has(name)) {
      return otherwise;
    }
    List<String> values = values(name);
    boolean yes = values.stream().anyMatch(v -> v.equals("1") || v.equals("true"));
    boolean no = values.stream().anyMatch(v -> v.equals("0") || v.equals("false"));
    if (yes == no) {
      String shown = values.isEmpty() ? "" : "=[" + String.join(" ", new TreeSet<>(values)) + "]";
      throw new InvalidParameter("invalid filter '" + name + shown + "'");
    }
    return yes;
  }

  /** The time of {@code until}; the earliest if there are several. */
  @Nullable Instant until() {
    Instant now = Instant.now();
    return values("until").stream()
        .map(text -> TimeText.parse(text, now))
        .min(Instant::compareTo)
        .orElse(null);
  }

  /** Whether the image has every label of {@code label} and none of {@code label!}. */
  boolean labelsFit(Image image) {
    Map<String, String> labels = image.config().labels();
    Map<String, String> present = labels == null ? Map.of() : labels;
    return values("label").stream().allMatch(wanted -> has(present, wanted))
        && values("label!").stream().noneMatch(unwanted -> has(present, unwanted));
  }

  private static boolean has(Map<String, String> labels, String pair) {
    int equals = pair.indexOf('=');
    return equals < 0
        ? labels.containsKey(pair)
        : pair.substring(equals + 1).equals(labels.get(pair.substring(0, equals)));
  }

  /** When the image was made; the zero time of Go if it does not say. */
  static Instant created(Image image) {
    Instant created = image.created();
    return created == null ? Instant.ofEpochSecond(-62_135_596_800L) : created;
  }
}
