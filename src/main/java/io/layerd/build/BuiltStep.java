package io.layerd.build;

import io.layerd.oci.ChainId;
import io.layerd.oci.Digest;
import org.jspecify.annotations.Nullable;

/**
 * A step that was done, for whoever wants to be spared it.
 *
 * @param key names it on every host
 * @param before key of the step before, or of the base image
 * @param layer what it made, with all below; null if it changed no file
 */
public record BuiltStep(Digest key, Digest before, @Nullable ChainId layer) {}
