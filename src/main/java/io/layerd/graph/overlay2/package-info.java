/**
 * The overlay2 driver: layers as overlayfs lowers and uppers, laid out as dockerd's.
 *
 * <p>Invariant: a directory here can be used by dockerd's overlay2 as it is, and the other way
 * round.
 *
 * <p>May know: graph, mount, durable, sys, error.
 */
@NullMarked
package io.layerd.graph.overlay2;

import org.jspecify.annotations.NullMarked;
