/**
 * The asynchronous facade of the engine; engine.worker holds the lanes.
 *
 * <p>Invariant: no caller of this package is ever blocked.
 *
 * <p>May know: image, layer, rootfs, archive, container, volume, network, runtime, events, metrics,
 * oci, spec, error.
 */
@NullMarked
package io.layerd.engine;

import org.jspecify.annotations.NullMarked;
