package io.layerd.daemon.doctor;

import io.layerd.daemon.health.DiskRoom;
import io.layerd.graph.BackingFileSystem;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.FsStat;
import io.layerd.sys.Sys;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The data root, or where it will be made: a directory, writable, with room. */
final class DataRootSpace implements Check {
  private final Sys sys;
  private final Path dataRoot;

  DataRootSpace(Sys sys, Path dataRoot) {
    this.sys = sys;
    this.dataRoot = dataRoot;
  }

  /** The directory itself, or the nearest one above it that exists. */
  static Path existing(Path directory) {
    Path path = directory.toAbsolutePath().normalize();
    while (!Files.exists(path) && path.getParent() != null) {
      path = path.getParent();
    }
    return path;
  }

  @Override
  public List<Finding> look() {
    Path place = existing(dataRoot);
    if (!Files.isDirectory(place)) {
      return List.of(
          Finding.failure(
              "data root",
              place + " is not a directory",
              "remove it, or choose another --data-root"));
    }
    FsStat stat;
    try {
      stat = sys.statfs(place.toString());
    } catch (ErrnoException e) {
      return List.of(
          Finding.failure(
              "data root", String.valueOf(e.getMessage()), "choose another --data-root"));
    }
    DiskRoom room = DiskRoom.of(stat);
    String detail =
        "%s%s on %s, %s"
            .formatted(
                dataRoot,
                place.equals(dataRoot) ? "" : " (not there yet)",
                BackingFileSystem.name(stat.magic()),
                room.text());
    if (!Files.isWritable(place)) {
      return List.of(
          Finding.failure(
              "data root",
              detail + ", read-only",
              "mount it read-write, or choose another --data-root"));
    }
    String cure = "make room there, or choose another --data-root";
    if (!room.enough()) {
      return List.of(Finding.failure("data root", detail, cure));
    }
    return List.of(
        room.scarce()
            ? Finding.warning("data root", detail, cure)
            : Finding.ok("data root", detail));
  }
}
