/**
 * The vfs driver: every layer is a complete tree of its own, laid out as dockerd's.
 *
 * <p>Invariant: a layer's directory appears under its id only when it is complete.
 *
 * <p>May know: graph, durable, sys, error.
 */
@NullMarked
package io.layerd.graph.vfs;

import org.jspecify.annotations.NullMarked;
