/**
 * Dockerfile instructions: how text becomes lines, words and values, and how the instructions that
 * only change a configuration change it.
 *
 * <p>Invariant: whatever is accepted means what it means to dockerd; the rest is refused in its
 * words.
 *
 * <p>May know: spec, error.
 */
@NullMarked
package io.layerd.dockerfile;

import org.jspecify.annotations.NullMarked;
