/**
 * Whole directory trees copied, laid over one another and compared, for drivers whose layers are
 * complete trees.
 *
 * <p>Invariant: links are never followed, so that nothing outside the trees given is read or
 * changed.
 *
 * <p>May know: graph, sys, error.
 */
@NullMarked
package io.layerd.graph.tree;

import org.jspecify.annotations.NullMarked;
