package io.layerd.layer;

import io.layerd.oci.DiffId;
import java.nio.file.Path;

/**
 * A layer that is unpacked and not yet part of any chain. Either {@link LayerStore#register} or
 * {@link LayerStore#discard} ends it; after a crash it is swept.
 *
 * @param cacheId the driver's directory name
 * @param staging the write-set directory under layerdb/tmp that holds its tar-split
 */
public record StagedLayer(String cacheId, Path staging, DiffId diffId, long sizeBytes) {
  /** Digest of a tar with nothing in it: two blocks of zeros. */
  private static final String EMPTY_TAR =
      "sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef";

  /** Whether there is nothing in it at all. */
  public boolean isEmpty() {
    return diffId.toString().equals(EMPTY_TAR);
  }
}
