/**
 * Checks everything a data root holds of images and layers, and repairs what can be repaired.
 *
 * <p>Invariant: a check changes nothing. It reads the files themselves and shares no code with the
 * stores that write them, so that their mistakes are not its own.
 *
 * <p>May know: archive, oci, durable, sys, error.
 */
@NullMarked
package io.layerd.fsck;

import org.jspecify.annotations.NullMarked;
