package io.layerd.layer;

import io.layerd.archive.LayerUnpacker;
import io.layerd.error.SystemFailure;
import io.layerd.graph.GraphDriver;
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
    return DataRootLayerStore.open(dataRoot, driver, unpacker, assembler);
  }
}
