package io.layerd.layer;

import io.layerd.oci.ChainId;
import io.layerd.oci.DiffId;
import org.jspecify.annotations.Nullable;

/**
 * A read-only layer on its parents.
 *
 * @param sizeBytes of this layer alone, without its parents
 */
public record Layer(
    ChainId chainId, DiffId diffId, @Nullable ChainId parent, String cacheId, long sizeBytes) {}
