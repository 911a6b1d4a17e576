/**
 * {@code layerd doctor}: looks whether this host can run layerd, and says how to put right what is
 * wrong.
 *
 * <p>Invariant: it changes nothing but to load the overlay module, as the daemon would, and leaves
 * nothing behind; one check that breaks does not keep the others from being made.
 *
 * <p>May know: {@code daemon.health} and all below {@code daemon}.
 */
@NullMarked
package io.layerd.daemon.doctor;

import org.jspecify.annotations.NullMarked;
