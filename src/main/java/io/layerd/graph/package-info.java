/**
 * The GraphDriver contract: layers as directories that stack.
 *
 * <p>Invariant: after a kill at any instruction, recovery leaves each layer whole or absent.
 *
 * <p>May know: mount, archive, durable, sys, error.
 */
@NullMarked
package io.layerd.graph;

import org.jspecify.annotations.NullMarked;
