package io.layerd.layer;

import io.layerd.archive.TarSplit;
import io.layerd.oci.DiffId;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** How long the tars of layers are, counted from their tar-split records once. */
final class TarSizes {
  private final LayerDb db;
  private final Map<DiffId, Long> known = new ConcurrentHashMap<>();

  TarSizes(LayerDb db) {
    this.db = db;
  }

  /** Remembers a size that was counted on the way. */
  void know(DiffId id, long sizeBytes) {
    known.put(id, sizeBytes);
  }

  long of(Layer layer) throws IOException {
    Long size = known.get(layer.diffId());
    if (size == null) {
      try (InputStream split = db.tarSplit(layer.chainId())) {
        size = TarSplit.sizeBytes(split);
      }
      known.put(layer.diffId(), size);
    }
    return size;
  }
}
