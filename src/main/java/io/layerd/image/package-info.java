/**
 * The image and reference stores; pull, tag, history, removal, prune.
 *
 * <p>Invariant: a reference points to an image whose configuration and layers are all present.
 *
 * <p>May know: layer, registry, archive, oci, spec, durable, events, metrics, error.
 */
@NullMarked
package io.layerd.image;

import org.jspecify.annotations.NullMarked;
