/**
 * The distribution client: authentication, mirrors, resumable fetches.
 *
 * <p>Invariant: bytes handed out under a digest have that digest, or the stream ends in an error.
 *
 * <p>May know: oci, error.
 */
@NullMarked
package io.layerd.registry;

import org.jspecify.annotations.NullMarked;
