/**
 * What the overlay drivers know of overlayfs: whether it works here, how a stack is mounted, and
 * what it would show.
 *
 * <p>Invariant: nothing here depends on how a driver lays out its home directory.
 *
 * <p>May know: graph, mount, durable, sys, error.
 */
@NullMarked
package io.layerd.graph.overlayfs;

import org.jspecify.annotations.NullMarked;
