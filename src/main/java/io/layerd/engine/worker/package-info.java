/**
 * Lanes: worker verticles on which blocking work runs, one task at a time each.
 *
 * <p>Invariant: a task never waits behind a busy lane while another is idle, and the queue is
 * bounded.
 *
 * <p>May know: error.
 */
@NullMarked
package io.layerd.engine.worker;

import org.jspecify.annotations.NullMarked;
