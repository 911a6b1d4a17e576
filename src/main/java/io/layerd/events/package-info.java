/**
 * Event records and a bounded buffer of the newest ones, for replay.
 *
 * <p>Invariant: publishing never blocks and a slow reader never holds memory beyond its bound.
 *
 * <p>May know: nothing.
 */
@NullMarked
package io.layerd.events;

import org.jspecify.annotations.NullMarked;
