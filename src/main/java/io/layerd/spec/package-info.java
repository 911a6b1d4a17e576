/**
 * What a user asked a container to be, in Docker's JSON shape: it is sent, kept on disk and read
 * back unchanged.
 *
 * <p>Invariant: unknown and unset fields survive a round trip as Docker's own client expects them.
 *
 * <p>May know: error.
 */
@NullMarked
package io.layerd.spec;

import org.jspecify.annotations.NullMarked;
