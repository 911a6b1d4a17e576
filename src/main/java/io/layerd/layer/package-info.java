/**
 * The layer store: chain IDs, reference counts, read-write layers, recovery.
 *
 * <p>Invariant: a chain ID is published only when the layer under it is durable.
 *
 * <p>May know: graph, archive, oci, durable, error.
 */
@NullMarked
package io.layerd.layer;

import org.jspecify.annotations.NullMarked;
