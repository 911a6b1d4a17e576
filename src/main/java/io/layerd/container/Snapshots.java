package io.layerd.container;

import io.layerd.container.ContainerSnapshot.NetworkState;
import io.layerd.container.ContainerSnapshot.Sizes;
import io.layerd.image.ImageService.Image;
import io.layerd.oci.ChainId;
import java.util.Arrays;
import java.util.Comparator;
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

  /**
   * For a list: without execs, graph data and sizes, and the same object again while nothing of it
   * has changed, so that what was made of it can be kept.
   */
  ContainerSnapshot listed(Container c) {
    Object[] parts = parts(c);
    Listed last = c.listed;
    if (last != null && Arrays.equals(parts, last.parts())) {
      return last.snapshot();
    }
    ContainerSnapshot snapshot = of(c, List.of(), Map.of(), null);
    // A change while it was made shows in the parts of the next list, which were taken before.
    c.listed = new Listed(parts, snapshot);
    return snapshot;
  }

  /**
   * What a list's snapshot was made of; every part is replaced when it changes, and never altered.
   */
  record Listed(Object[] parts, ContainerSnapshot snapshot) {}

  private @Nullable Object[] parts(Container c) {
    return new @Nullable Object[] {
      c.name,
      rooms.index().linkNames(c.id),
      c.path,
      c.args,
      c.state,
      c.health,
      imageName(c),
      c.config,
      c.host,
      c.links,
      c.resolvConfPath,
      c.hostnamePath,
      c.hostsPath,
      c.logPath,
      c.restartCount,
      c.mounts,
      c.labels,
      c.appArmorProfile,
      c.sandboxId,
      c.sandboxKey,
      c.networks,
      c.ports
    };
  }

  ContainerSnapshot of(Container c, boolean graph, boolean sizes) {
    return of(c, execs.of(c.id), graph ? graphData(c) : Map.of(), sizes ? sizes(c) : null);
  }

  private ContainerSnapshot of(
      Container c, List<String> execIds, Map<String, String> graphData, @Nullable Sizes sizes) {
    List<MountPoint> mounts =
        c.mounts.values().stream()
            .map(StoredContainer.Mount::shown)
            .sorted(Comparator.comparing(MountPoint::destination))
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
        execIds,
        graphData,
        mounts,
        new NetworkState(c.sandboxId, c.sandboxKey, c.networks, c.ports),
        sizes);
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
