package io.layerd.build;

import io.layerd.error.SystemFailure;
import io.layerd.layer.LayerStore;
import io.layerd.layer.StagedLayer;
import java.io.IOException;

/** Turns what was written into a read-write layer into a layer of its own. */
final class ChangedLayer {
  private ChangedLayer() {}

  static StagedLayer stage(LayerStore layers, String id) {
    try {
      return layers.stageChanges(id);
    } catch (IOException e) {
      throw new SystemFailure("cannot keep the changes of " + id + ": " + e.getMessage(), e);
    }
  }
}
