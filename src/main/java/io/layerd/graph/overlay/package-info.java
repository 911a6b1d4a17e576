/**
 * The overlay driver of old: an image is one complete tree whose files are hard links into its
 * parent's, a container an overlay of two directories. Laid out as dockerd's was before 24.
 *
 * <p>Invariant: a file below {@code root} is never written to, since other layers share it.
 *
 * <p>May know: graph, durable, sys, error.
 */
@NullMarked
package io.layerd.graph.overlay;

import org.jspecify.annotations.NullMarked;
