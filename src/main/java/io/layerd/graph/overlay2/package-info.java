/**
 * The overlay2 driver.
 *
 * <p>Invariant: what lies in its directory is what dockerd's own overlay2 driver reads and writes.
 *
 * <p>May know: graph, mount, archive, durable, sys, error.
 */
@NullMarked
package io.layerd.graph.overlay2;

import org.jspecify.annotations.NullMarked;
