package io.layerd.container;

import io.layerd.container.ContainerSnapshot.NetworkState;
import io.layerd.container.ContainerSnapshot.Sizes;
import io.layerd.image.ImageService.Image;
import io.layerd.oci.ChainId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Makes snapshots; one object serves one request, and asks for each image name once. */
final class Snapshots {
  private final Rooms rooms;
  private final ExecTable execs;
  private final Map<String, String> imageIds = new ConcurrentHashMap<>();

  Snapshots(Rooms rooms, ExecTable execs) {
    this.rooms = rooms;
    this.execs = execs;
  }

  ContainerSnapshot of(Container c, boolean graph, boolean sizes) {
    List<MountPoint> mounts =
        c.mounts.values().stream()
            .map(StoredContainer.Mount::shown)
            .sorted(java.util.Comparator.comparing(MountPoint::destination))
            .toList();
    return new ContainerSnapshot(
        c.id,
        c.name,
        rooms.index().linkNames(c.id),
        c.createdAt(),
        c.path,
        c.args,
        c.state,
        c.health,
        c.imageId,
        imageName(c),
        c.config,
        Links.shown(c),
        c.resolvConfPath,
        c.hostnamePath,
        c.hostsPath,
        c.logPath,
        c.restartCount,
        c.driver,
        "linux",
        c.labels.mount(),
        c.labels.process(),
        c.appArmorProfile,
        execs.of(c.id),
        graph ? graphData(c) : Map.of(),
        mounts,
        new NetworkState(c.sandboxId, c.sandboxKey, c.networks, c.ports),
        sizes ? sizes(c) : null);
  }

  private Map<String, String> graphData(Container c) {
    try {
      return rooms.layers().readWriteData(c.id);
    } catch (RuntimeException e) {
      // A damaged container can still be looked at.
      return Map.of();
    }
  }

  private @Nullable Sizes sizes(Container c) {
    try {
      long own = rooms.layers().readWriteSizeBytes(c.id);
      Optional<Image> image = rooms.images().find(c.imageId);
      ChainId chain = image.isEmpty() ? null : image.get().chainId();
      long below = chain == null ? 0 : rooms.layers().chainSizeBytes(chain);
      return new Sizes(own, own + below);
    } catch (RuntimeException e) {
      return new Sizes(0, 0);
    }
  }

  private String imageName(Container c) {
    String given = c.config.image();
    if (given.equals(c.imageId)) {
      return given;
    }
    String id =
        imageIds.computeIfAbsent(
            given, name -> rooms.images().find(name).map(i -> i.id().toString()).orElse(""));
    return id.equals(c.imageId) ? given : c.imageId;
  }
}
