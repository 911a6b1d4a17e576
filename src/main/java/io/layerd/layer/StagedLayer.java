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
public record StagedLayer(String cacheId, Path staging, DiffId diffId, long sizeBytes) {}
