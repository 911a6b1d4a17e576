/**
 * Remote calls in blocking Java: messages in protobuf's encoding, calls in gRPC's terms. What
 * carries them over HTTP/2 is elsewhere.
 *
 * <p>Invariant: nothing here knows a network; a malformed message is refused, never half read.
 *
 * <p>May know: error.
 */
@NullMarked
package io.layerd.rpc;

import org.jspecify.annotations.NullMarked;
