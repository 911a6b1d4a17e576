package io.layerd.image;

import io.layerd.error.InvalidParameter;
import io.layerd.error.NotFound;
import io.layerd.error.SystemFailure;
import io.layerd.image.ImageService.Image;
import io.layerd.oci.Digest;
import io.layerd.oci.Platform;
import io.layerd.oci.PlatformMatcher;
import io.layerd.oci.Reference;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Which images the names given to {@code docker save} mean. */
final class SaveSelection {
  private static final Pattern ID = Pattern.compile("(sha256:)?[0-9a-f]{64}");

  private final ImageState state;
  private final Map<Digest, Image> images = new LinkedHashMap<>();
  private final Map<Digest, List<Reference>> tags = new LinkedHashMap<>();

  private SaveSelection(ImageState state) {
    this.state = state;
  }

  /** The images, each once, in the order they were first asked for. */
  static List<SavedImage> of(ImageState state, List<String> names, @Nullable Platform platform) {
    SaveSelection selection = new SaveSelection(state);
    names.forEach(selection::add);
    selection.images.values().forEach(image -> check(image, platform));
    return selection.images.values().stream()
        .map(image -> new SavedImage(image, selection.tags.getOrDefault(image.id(), List.of())))
        .toList();
  }

  private void add(String name) {
    if (ID.matcher(name).matches() || name.startsWith("sha256:")) {
      add(search(name), null);
      return;
    }
    Reference reference;
    try {
      reference = Reference.parse(name);
    } catch (InvalidParameter e) {
      throw new SystemFailure(e.getMessage(), e);
    }
    if (reference.tag() != null || reference.digest() != null) {
      Image image =
          state
              .names
              .find(reference)
              .flatMap(state.images::find)
              .orElseThrow(() -> new NotFound("reference does not exist"));
      add(image, reference.stored());
      return;
    }
    List<Reference> all = state.names.ofRepository(reference);
    for (Reference each : all) {
      state.names.find(each).flatMap(state.images::find).ifPresent(image -> add(image, each));
    }
    if (all.isEmpty()) {
      add(search(name), null);
    }
  }

  private Image search(String name) {
    return state.images.search(name).orElseThrow(() -> new NotFound("No such image: " + name));
  }

  private void add(Image image, @Nullable Reference name) {
    images.put(image.id(), image);
    if (name != null && name.tag() != null) {
      List<Reference> known = tags.computeIfAbsent(image.id(), _ -> new ArrayList<>());
      if (!known.contains(name)) {
        known.add(name);
      }
    }
  }

  private static void check(Image image, @Nullable Platform platform) {
    if (platform == null) {
      return;
    }
    Platform wanted = PlatformMatcher.normalise(platform);
    Platform actual = PlatformMatcher.normalise(image.platform());
    if (!PlatformMatcher.format(wanted).equals(PlatformMatcher.format(actual))) {
      throw new SystemFailure(
          "no suitable export target found for platform " + PlatformMatcher.format(wanted));
    }
  }
}
