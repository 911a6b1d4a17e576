package io.layerd.container;

import io.layerd.container.StoredContainer.Mount;
import io.layerd.error.SystemFailure;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;

/** Fills empty volumes with what the image has at their place, owners and modes included. */
final class VolumeCopyUp {
  private final Rooms rooms;

  VolumeCopyUp(Rooms rooms) {
    this.rooms = rooms;
  }

  /** Mounts the container's layers only if there is a volume that wants filling. */
  void fill(Container container) {
    List<Mount> empty = container.mounts.values().stream().filter(VolumeCopyUp::wanted).toList();
    if (empty.isEmpty()) {
      return;
    }
    Path root = rooms.layers().mount(container.id);
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
      if (!Files.isDirectory(source, LinkOption.NOFOLLOW_LINKS) || !isEmpty(volume)) {
        return;
      }
      // cp keeps what the JDK cannot: extended attributes, hard links, devices.
      HostProgram.Outcome copied =
          HostProgram.run(List.of("cp", "-a", "-T", source.toString(), volume.toString()));
      if (copied.exitCode() != 0) {
        throw new SystemFailure(
            "failed to copy "
                + mount.destination()
                + " to volume "
                + mount.name()
                + ": "
                + copied.output().strip());
      }
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

  private static boolean isEmpty(Path directory) throws IOException {
    try (DirectoryStream<Path> children = Files.newDirectoryStream(directory)) {
      return !children.iterator().hasNext();
    }
  }
}
