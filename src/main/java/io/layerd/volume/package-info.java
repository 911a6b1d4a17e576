/**
 * Named volumes.
 *
 * <p>Invariant: a volume that a container refers to is never removed.
 *
 * <p>May know: mount, durable, sys, error.
 */
@NullMarked
package io.layerd.volume;

import org.jspecify.annotations.NullMarked;
