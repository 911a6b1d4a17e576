package io.layerd.container;

import io.layerd.container.StoredContainer.Mount;
import io.layerd.error.Conflict;
import io.layerd.rootfs.Graft;
import io.layerd.rootfs.RootView;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Shows a container's files with its volumes and bind mounts, whether it runs or not. Its tmpfs
 * mounts are its processes' alone.
 */
final class ContainerView {
  private static final AtomicLong USES = new AtomicLong();

  private final Rooms rooms;
  private final RootView views;

  ContainerView(Rooms rooms, RootView views) {
    this.rooms = rooms;
    this.views = views;
  }

  <T> T show(Container container, RootView.Work<T> work) throws IOException {
    Path layers = rooms.layers().mount(container.id, LabelPlan.mount(rooms, container));
    // A use of its own, so that the end of this one does not end the running container's.
    String user = container.id + " files " + USES.incrementAndGet();
    List<String> volumes = new ArrayList<>();
    try {
      return views.show(layers, grafts(container, user, volumes), work);
    } finally {
      volumes.forEach(volume -> rooms.volumes().release(volume, user));
      rooms.layers().unmount(container.id);
    }
  }

  private List<Graft> grafts(Container container, String user, List<String> volumes) {
    List<Graft> grafts = new ArrayList<>();
    for (Mount mount : container.mounts.values()) {
      switch (mount.type()) {
        case "tmpfs" -> {}
        case "volume" -> {
          Path source = rooms.volumes().use(mount.name(), user);
          volumes.add(mount.name());
          Path part = LaunchMounts.subpath(source, mount);
          grafts.add(new Graft(part, mount.destination(), !mount.readWrite(), true));
        }
        default -> {
          Path source = LaunchMounts.bindSource(rooms.sys(), mount);
          grafts.add(
              new Graft(
                  source, mount.destination(), !mount.readWrite(), LaunchMounts.recursive(mount)));
        }
      }
    }
    etc(grafts, container.resolvConfPath, "/etc/resolv.conf");
    etc(grafts, container.hostnamePath, "/etc/hostname");
    etc(grafts, container.hostsPath, "/etc/hosts");
    return grafts;
  }

  private static void etc(List<Graft> grafts, String source, String target) {
    boolean taken = grafts.stream().anyMatch(graft -> graft.destination().equals(target));
    if (!taken && !source.isEmpty() && Files.exists(Path.of(source))) {
      grafts.add(new Graft(Path.of(source), target, false, true));
    }
  }

  /** The innermost mount that a path without links lies on. */
  static Optional<Mount> mountOf(Container container, String resolved) {
    Path path = Path.of(resolved);
    return container.mounts.values().stream()
        .filter(mount -> !mount.type().equals("tmpfs"))
        .filter(mount -> path.startsWith(mount.destination()))
        .max(Comparator.comparingInt(mount -> Path.of(mount.destination()).getNameCount()));
  }

  static void checkAlive(Container container, String what) {
    if (container.state.dead()) {
      throw new Conflict("You cannot " + what + " container " + container.id + " which is Dead");
    }
    if (container.state.removing()) {
      throw new Conflict(
          "You cannot " + what + " container " + container.id + " which is being removed");
    }
  }
}
