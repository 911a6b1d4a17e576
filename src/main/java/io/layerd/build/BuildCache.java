package io.layerd.build;

import io.layerd.image.ImageService;
import io.layerd.image.ImageService.Image;
import io.layerd.oci.Platform;
import io.layerd.spec.ContainerConfig;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds the image that a step made before: a child of the same parent, made by the same command.
 * One miss ends it for the rest of a stage, since what follows stands on something new.
 */
final class BuildCache {
  private final ImageService images;
  private boolean missed;

  /**
   * @param off never find anything
   */
  BuildCache(ImageService images, boolean off) {
    this.images = images;
    missed = off;
  }

  Optional<Image> find(@Nullable Image parent, Platform platform, ContainerConfig command) {
    if (missed) {
      return Optional.empty();
    }
    return images.builtOn(parent == null ? null : parent.id()).stream()
        .filter(image -> sameMachine(image.platform(), platform))
        .filter(image -> same(StepImages.command(image), command))
        .max(Comparator.comparing(BuildCache::created));
  }

  /** Whether nothing was missed so far. */
  boolean open() {
    return !missed;
  }

  /** A step has to be done: what follows is new. */
  void close() {
    missed = true;
  }

  private static boolean sameMachine(Platform a, Platform b) {
    return a.architecture().equals(b.architecture()) && a.os().equals(b.os());
  }

  private static Instant created(Image image) {
    Instant created = image.created();
    return created == null ? Instant.MIN : created;
  }

  /** As dockerd compares: what the instruction is made of, not where it ran. */
  private static boolean same(@Nullable ContainerConfig a, ContainerConfig b) {
    return a != null
        && !a.openStdin()
        && !b.openStdin()
        && a.tty() == b.tty()
        && a.user().equals(b.user())
        && list(a.cmd()).equals(list(b.cmd()))
        && list(a.entrypoint()).equals(list(b.entrypoint()))
        && list(a.env()).equals(list(b.env()))
        && map(a.labels()).equals(map(b.labels()))
        && map(a.exposedPorts()).keySet().equals(map(b.exposedPorts()).keySet())
        && map(a.volumes()).keySet().equals(map(b.volumes()).keySet())
        && Objects.equals(a.healthcheck(), b.healthcheck());
  }

  private static List<String> list(@Nullable List<String> list) {
    return list == null ? List.of() : list;
  }

  private static <T> Map<String, T> map(@Nullable Map<String, T> map) {
    return map == null ? Map.of() : map;
  }
}
