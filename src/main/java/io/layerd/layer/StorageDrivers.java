package io.layerd.layer;

import io.layerd.error.InvalidParameter;
import io.layerd.error.SystemFailure;
import io.layerd.graph.GraphDriver;
import io.layerd.graph.overlay.OverlayDriver;
import io.layerd.graph.overlay2.Overlay2Driver;
import io.layerd.graph.vfs.VfsDriver;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Chooses the graph driver of a data root as dockerd does. */
public final class StorageDrivers {
  private static final Logger LOG = Logger.getLogger(StorageDrivers.class);

  /** Drivers whose state counts as a choice; vfs's does not, as dockerd falls back to it. */
  private static final List<String> CHOICES =
      List.of("btrfs", "zfs", "overlay2", "fuse-overlayfs", "overlay");

  private static final String NOT_SUPPORTED = "driver not supported";
  private static final Set<String> REMOVED = Set.of("aufs", "devicemapper");

  private StorageDrivers() {}

  /**
   * Opens a driver, after checking that this host can carry it.
   *
   * @param sys the kernel that layers are seen through
   * @param name {@code --storage-driver}; null or empty lets what is on disk decide, and in a new
   *     data root what works
   * @param options {@code --storage-opt}, each {@code name=value}
   * @throws InvalidParameter for an unknown driver or option
   * @throws SystemFailure if the host cannot do what the driver needs
   */
  public static GraphDriver open(
      Sys sys, Path dataRoot, @Nullable String name, List<String> options) {
    if (name != null && !name.isEmpty()) {
      return named(sys, dataRoot, name, options);
    }
    String prior = prior(dataRoot);
    if (prior == null) {
      return best(sys, dataRoot, options);
    }
    try {
      return openIn(sys, dataRoot.resolve(prior), prior, options);
    } catch (InvalidParameter e) {
      throw e.getMessage().equals(NOT_SUPPORTED)
          ? new InvalidParameter(NOT_SUPPORTED + ": " + prior, e)
          : e;
    }
  }

  /** The same where owners of files are the host's. */
  public static GraphDriver open(Path dataRoot, @Nullable String name, List<String> options) {
    return open(Sys.host(), dataRoot, name, options);
  }

  /**
   * The driver that {@link #open} would take; null if it would take what works.
   *
   * @throws SystemFailure if what is on disk leaves more than one choice
   */
  public static @Nullable String choice(Path dataRoot, @Nullable String name) {
    return name == null || name.isEmpty() ? prior(dataRoot) : name;
  }

  private static GraphDriver named(Sys sys, Path dataRoot, String name, List<String> options) {
    if (REMOVED.contains(name)) {
      throw new InvalidParameter(
          "[graphdriver] ERROR: the "
              + name
              + " storage-driver has been deprecated and removed; visit"
              + " https://docs.docker.com/go/storage-driver/ for more information: "
              + name);
    }
    try {
      return openIn(sys, dataRoot.resolve(name), name, options);
    } catch (InvalidParameter e) {
      throw new InvalidParameter(e.getMessage() + ": " + name, e);
    } catch (SystemFailure e) {
      throw new SystemFailure(e.getMessage() + ": " + name, e);
    }
  }

  private static GraphDriver openIn(Sys sys, Path home, String name, List<String> options) {
    return switch (name) {
      case "overlay2" -> Overlay2Driver.open(sys, home, options);
      case "overlay" -> OverlayDriver.open(sys, home, options);
      case "vfs" -> VfsDriver.open(sys, home, options);
      default -> throw new InvalidParameter(NOT_SUPPORTED);
    };
  }

  /** The first that this host can carry. */
  private static GraphDriver best(Sys sys, Path dataRoot, List<String> options) {
    try {
      return Overlay2Driver.open(sys, dataRoot.resolve("overlay2"), options);
    } catch (SystemFailure e) {
      if (!isUnsupported(e)) {
        throw e;
      }
      LOG.warnf("overlay2 cannot be used, so vfs is, which is slow: %s", e.getMessage());
      return VfsDriver.open(sys, dataRoot.resolve("vfs"), options);
    }
  }

  // A full or broken disk is no reason to begin with another driver: once it is well again, the
  // images made meanwhile would seem lost.
  private static boolean isUnsupported(SystemFailure failure) {
    Throwable cause = failure.getCause();
    if (cause == null) {
      return true;
    }
    while (cause != null) {
      if (cause instanceof ErrnoException e && e.call().equals("mount")) {
        return true;
      }
      cause = cause.getCause();
    }
    return false;
  }

  /** The driver whose layers are there already, or null in a new data root. */
  private static @Nullable String prior(Path dataRoot) {
    List<String> found = CHOICES.stream().filter(name -> isUsed(dataRoot.resolve(name))).toList();
    if (found.size() > 1) {
      throw new SystemFailure(
          dataRoot
              + " contains several valid graphdrivers: "
              + String.join(", ", found)
              + "; cleanup or explicitly choose storage driver (-s <DRIVER>)");
    }
    for (String name : REMOVED) {
      if (isUsed(dataRoot.resolve(name))) {
        LOG.warnf("%s holds images of the %s driver, which is no more", dataRoot, name);
      }
    }
    return found.isEmpty() ? null : found.getFirst();
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
