package io.layerd.container;

import io.layerd.container.StoredContainer.Mount;
import io.layerd.error.InvalidParameter;
import io.layerd.image.ImageService.Image;
import io.layerd.oci.Digest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Images shown inside containers, read-only ({@code --mount type=image}). While the container runs
 * each has a read-write layer of its own that nobody writes to: it keeps the image's layers.
 */
final class ImageMounts {
  private final Rooms rooms;

  ImageMounts(Rooms rooms) {
    this.rooms = rooms;
  }

  /** The image is the one that its name means now, whatever becomes of the name. */
  Mount plan(Mount mount) {
    Image image = rooms.images().get(mount.name());
    return new Mount(
        image.id().toString(),
        mount.destination(),
        false,
        mount.name(),
        "",
        "image",
        mount.propagation(),
        "",
        mount.spec(),
        false);
  }

  /** Mounts it and returns what the container is to see. */
  Path mount(Container container, Mount mount) {
    Optional<Image> image = rooms.images().find(mount.source());
    if (image.isEmpty()) {
      throw new InvalidParameter("No such image: " + mount.name());
    }
    String layer = layer(container, mount);
    rooms.layers().removeReadWrite(layer);
    rooms.layers().createWork(layer, image.get().chainId());
    Path root = rooms.layers().mount(layer, LabelPlan.mount(rooms, container));
    var options = mount.spec().imageOptions();
    return options == null || options.subpath().isEmpty()
        ? root
        : LaunchMounts.subpath(root, options.subpath());
  }

  /** Safe to repeat. */
  void release(Container container, Mount mount) {
    String layer = layer(container, mount);
    if (rooms.layers().readWriteIds().contains(layer)) {
      rooms.layers().unmount(layer);
      rooms.layers().removeReadWrite(layer);
    }
  }

  /** The layers of a container's image mounts, whether there or not. */
  static List<String> layers(Container container) {
    return container.mounts.values().stream()
        .filter(mount -> mount.type().equals("image"))
        .map(mount -> layer(container, mount))
        .toList();
  }

  private static String layer(Container container, Mount mount) {
    String of = container.id + mount.destination();
    return Digest.of(of.getBytes(StandardCharsets.UTF_8)).hex();
  }
}
