package io.layerd.volume;

import io.layerd.error.SystemFailure;
import io.layerd.mount.Mounts;
import io.layerd.sys.Sys;
import io.layerd.sys.Trees;
import java.io.IOException;
import java.nio.file.Path;

/** Opens the volumes of a daemon. */
public final class VolumeStores {
  private VolumeStores() {}

  /**
   * The volumes under {@code <dataRoot>/volumes}. What containers refer to is not kept here: their
   * owner says so again after a start, before anything is removed.
   */
  public static VolumeStore open(Path dataRoot) {
    return open(dataRoot, Sys.host());
  }

  /** With the kernel that files of containers are seen through. */
  public static VolumeStore open(Path dataRoot, Sys sys) {
    Path root = dataRoot.resolve("volumes");
    VolumeDirectory directory = new VolumeDirectory(root, sys);
    try {
      directory.open();
    } catch (IOException e) {
      throw new SystemFailure("cannot open " + root + ": " + e.getMessage(), e);
    }
    return new LocalVolumes(directory, new VolumeMounts(new Mounts(sys.outside())), new Trees(sys));
  }
}
