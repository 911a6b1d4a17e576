package io.layerd.volume;

import io.layerd.error.SystemFailure;
import java.io.IOException;
import java.nio.file.Path;

/** Opens volume stores. */
public final class VolumeStores {
  private VolumeStores() {}

  /**
   * The volumes of a data root, those that dockerd made there included.
   *
   * @throws SystemFailure if they cannot be read
   */
  public static VolumeStore open(Path dataRoot) {
    try {
      return new LocalVolumes(dataRoot.resolve("volumes"));
    } catch (IOException e) {
      throw new SystemFailure("cannot open the volumes in " + dataRoot + ": " + e.getMessage(), e);
    }
  }
}
