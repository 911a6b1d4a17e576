package io.layerd.layer;

import io.layerd.graph.LayerName;
import io.layerd.graph.LayerName.Directory;
import io.layerd.graph.LayerName.EmptyFile;
import io.layerd.graph.LayerName.Link;
import java.util.List;

/**
 * The names every container has, in a layer between its image and itself, so that they never count
 * as changes: mount points for /dev, /proc, /sys and the files the daemon mounts. The image's own
 * files of these names are hidden, as dockerd does.
 */
final class InitLayer {
  static final List<LayerName> NAMES =
      List.of(
          new Directory("dev/pts"),
          new Directory("dev/shm"),
          new Directory("proc"),
          new Directory("sys"),
          new EmptyFile(".dockerenv"),
          new EmptyFile("dev/console"),
          new EmptyFile("etc/hostname"),
          new EmptyFile("etc/hosts"),
          new EmptyFile("etc/resolv.conf"),
          new Link("etc/mtab", "/proc/mounts"));

  private InitLayer() {}
}
