/**
 * The errors of the engine, sealed.
 *
 * <p>Invariant: every failure a client sees is one of these classes, mapped to HTTP in one place.
 *
 * <p>May know: nothing.
 */
@NullMarked
package io.layerd.error;

import org.jspecify.annotations.NullMarked;
