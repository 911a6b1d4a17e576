package io.layerd.layer;

import io.layerd.archive.LayerUnpacker;
import io.layerd.error.InvalidParameter;
import io.layerd.error.NotImplemented;
import io.layerd.error.SystemFailure;
import io.layerd.graph.GraphDriver;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Opens layer stores. */
public final class LayerStores {
  private LayerStores() {}

  /**
   * The store of a data root, on the driver asked for, or the one whose layers are there, or
   * overlay2. Nothing is swept before {@link LayerStore#recover}.
   *
   * @param storageDriver {@code --storage-driver}; null or empty to choose
   * @param storageOptions {@code --storage-opt}, each {@code name=value}
   * @throws InvalidParameter for an unknown driver or option
   * @throws NotImplemented for a driver that dockerd has and layerd has not
   * @throws SystemFailure if the host cannot do what the driver needs, or the data root cannot be
   *     read or written
   */
  public static LayerStore open(
      Path dataRoot,
      @Nullable String storageDriver,
      List<String> storageOptions,
      LayerUnpacker unpacker,
      TarAssembler assembler) {
    Path root = dataRoot.toAbsolutePath().normalize();
    return open(
        root, StorageDrivers.open(root, storageDriver, storageOptions), unpacker, assembler);
  }

  /** The store of a data root on an opened driver. */
  public static LayerStore open(
      Path dataRoot, GraphDriver driver, LayerUnpacker unpacker, TarAssembler assembler) {
    return DataRootLayerStore.open(dataRoot, driver, unpacker, assembler);
  }
}
