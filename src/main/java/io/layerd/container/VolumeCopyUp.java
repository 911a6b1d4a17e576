package io.layerd.container;

import io.layerd.container.StoredContainer.Mount;
import io.layerd.error.SystemFailure;
import io.layerd.volume.VolumeCopy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Fills empty volumes with what the image has at their place, owners and modes included. */
final class VolumeCopyUp {
  private final Rooms rooms;
  private final VolumeCopy copy = VolumeCopy.host();

  VolumeCopyUp(Rooms rooms) {
    this.rooms = rooms;
  }

  /** Mounts the container's layers only if there is a volume that wants filling. */
  void fill(Container container) {
    List<Mount> empty = container.mounts.values().stream().filter(VolumeCopyUp::wanted).toList();
    if (empty.isEmpty()) {
      return;
    }
    Path root = rooms.layers().mount(container.id, LabelPlan.mount(rooms, container));
    try {
      for (Mount mount : empty) {
        fill(container, root, mount);
      }
    } finally {
      rooms.layers().unmount(container.id);
    }
  }

  private static boolean wanted(Mount mount) {
    var options = mount.spec().volumeOptions();
    return mount.isVolume()
        && (options == null || (!options.noCopy() && options.subpath().isEmpty()));
  }

  private void fill(Container container, Path root, Mount mount) {
    Path volume = rooms.volumes().use(mount.name(), container.id);
    try {
      Path source = ScopedPath.resolve(root, mount.destination());
      copy.populate(volume, source);
    } catch (IOException e) {
      throw new SystemFailure(
          "failed to copy "
              + mount.destination()
              + " to volume "
              + mount.name()
              + ": "
              + e.getMessage(),
          e);
    } finally {
      rooms.volumes().release(mount.name(), container.id);
    }
  }
}
