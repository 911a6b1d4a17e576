/**
 * The image formats: digests, references, descriptors, manifests, image configurations.
 *
 * <p>Invariant: a value that exists is well formed; parsing is where bad input ends.
 *
 * <p>May know: sys, error.
 */
@NullMarked
package io.layerd.oci;

import org.jspecify.annotations.NullMarked;
