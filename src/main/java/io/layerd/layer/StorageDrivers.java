package io.layerd.layer;

import io.layerd.error.InvalidParameter;
import io.layerd.error.NotImplemented;
import io.layerd.error.SystemFailure;
import io.layerd.graph.GraphDriver;
import io.layerd.graph.overlay2.Overlay2Driver;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Chooses the graph driver of a data root as dockerd does. */
public final class StorageDrivers {
  /** Drivers that dockerd keeps or kept state of; vfs does not count as a choice. */
  private static final List<String> KNOWN =
      List.of("btrfs", "zfs", "overlay2", "fuse-overlayfs", "overlay", "aufs", "devicemapper");

  private StorageDrivers() {}

  /**
   * Opens a driver, after checking that this host can carry it.
   *
   * @param name {@code --storage-driver}; null or empty lets what is on disk decide
   * @param options {@code --storage-opt}, each {@code name=value}
   * @throws InvalidParameter for an unknown driver or option
   * @throws NotImplemented for a driver that dockerd has, or had, and layerd has not
   * @throws SystemFailure if the host cannot do what the driver needs
   */
  public static GraphDriver open(Path dataRoot, @Nullable String name, List<String> options) {
    String chosen = name == null || name.isEmpty() ? prior(dataRoot) : name;
    if (chosen.equals("overlay2")) {
      return Overlay2Driver.open(dataRoot.resolve("overlay2"), options);
    }
    if (KNOWN.contains(chosen) || chosen.equals("vfs")) {
      throw new NotImplemented(
          "driver not supported: " + chosen + ": this version of layerd has overlay2");
    }
    throw new InvalidParameter("driver not supported: " + chosen);
  }

  /** The driver whose layers are there already; overlay2 for a new data root. */
  private static String prior(Path dataRoot) {
    List<String> found = new ArrayList<>();
    for (String driver : KNOWN) {
      if (isUsed(dataRoot.resolve(driver))) {
        found.add(driver);
      }
    }
    if (found.size() > 1) {
      throw new SystemFailure(
          dataRoot
              + " contains several valid graphdrivers: "
              + String.join(", ", found)
              + "; cleanup or explicitly choose storage driver (-s <DRIVER>)");
    }
    return found.isEmpty() ? "overlay2" : found.getFirst();
  }

  private static boolean isUsed(Path home) {
    if (!Files.isDirectory(home)) {
      return false;
    }
    try (DirectoryStream<Path> names = Files.newDirectoryStream(home)) {
      return names.iterator().hasNext();
    } catch (IOException e) {
      throw new SystemFailure("cannot read " + home + ": " + e.getMessage(), e);
    }
  }
}
