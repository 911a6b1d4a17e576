package io.layerd.layer;

import io.layerd.archive.LayerUnpacker;
import io.layerd.error.SystemFailure;
import io.layerd.graph.GraphDriver;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.file.Path;

/** Opens layer stores. */
public final class LayerStores {
  private LayerStores() {}

  /**
   * The store of a data root on an opened driver. Nothing is swept before {@link
   * LayerStore#recover}.
   *
   * @throws SystemFailure if the data root cannot be read or written
   */
  public static LayerStore open(
      Path dataRoot, GraphDriver driver, LayerUnpacker unpacker, TarAssembler assembler) {
    return open(Sys.host(), dataRoot, driver, unpacker, assembler);
  }

  /**
   * The same with the kernel that layers are seen through.
   *
   * @throws SystemFailure if the data root cannot be read or written
   */
  public static LayerStore open(
      Sys sys, Path dataRoot, GraphDriver driver, LayerUnpacker unpacker, TarAssembler assembler) {
    try {
      return new DataRootLayerStore(
          sys, dataRoot.toAbsolutePath().normalize(), driver, unpacker, assembler);
    } catch (IOException e) {
      throw new SystemFailure("cannot open the layers in " + dataRoot + ": " + e.getMessage(), e);
    }
  }
}
