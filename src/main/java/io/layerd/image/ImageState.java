package io.layerd.image;

import io.layerd.error.InvalidParameter;
import io.layerd.error.NotFound;
import io.layerd.events.EventLog;
import io.layerd.image.ImageService.ContainerUses;
import io.layerd.image.ImageService.Image;
import io.layerd.layer.LayerStore;
import io.layerd.oci.Digest;
import io.layerd.oci.Reference;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What all image operations share. Operations that check and then change hold this object's monitor
 * over both.
 */
final class ImageState {
  private static final Pattern HEX64 = Pattern.compile("[0-9a-f]{64}");

  final ImageDatabase images;
  final ReferenceStore names;
  final DistributionMetadata distribution;
  final LayerStore layers;
  private final EventLog events;
  private volatile ContainerUses uses = (_, _) -> List.of();

  ImageState(
      ImageDatabase images,
      ReferenceStore names,
      DistributionMetadata distribution,
      LayerStore layers,
      EventLog events) {
    this.images = images;
    this.names = names;
    this.distribution = distribution;
    this.layers = layers;
    this.events = events;
  }

  void containerUses(ContainerUses containers) {
    this.uses = containers;
  }

  List<String> usersOf(Digest image, boolean running) {
    return uses.of(image, running);
  }

  /** By name, then by id; malformed names are refused. */
  Optional<Image> find(String text) {
    if (HEX64.matcher(text).matches() || text.startsWith("sha256:")) {
      return images.search(text);
    }
    Reference name = Reference.parse(text);
    Optional<Image> named = names.find(name).flatMap(images::find);
    return named.isPresent() ? named : images.search(text);
  }

  Image get(String text) {
    return find(text).orElseThrow(() -> new NotFound("No such image: " + displayed(text)));
  }

  private static String displayed(String text) {
    if (HEX64.matcher(text).matches()) {
      return "sha256:" + text;
    }
    try {
      return text.startsWith("sha256:") ? text : Reference.parse(text).stored().familiar();
    } catch (InvalidParameter e) {
      return text;
    }
  }

  /** {@code sha256:abcdef...} to its first twelve digits. */
  static String shortId(Digest id) {
    return id.hex().substring(0, 12);
  }

  /** Publishes an image event with the image's labels and a name. */
  void publish(String action, String actor, Image image, String name) {
    Map<String, String> attributes = new HashMap<>();
    Map<String, String> labels = image.config().labels();
    if (labels != null) {
      labels.forEach((key, value) -> attributes.put(key, value == null ? "" : value));
    }
    attributes.put("name", name);
    events.publish("image", action, actor, attributes);
  }

  /** Publishes an image event without labels. */
  void publish(String action, String actor, Map<String, String> attributes) {
    events.publish("image", action, actor, attributes);
  }
}
