/**
 * gRPC over HTTP/2 on connections that were taken over: the daemon serves calls on them, or makes
 * calls to the client, which then serves.
 *
 * <p>Invariant: event loops never wait; every call ends when its connection does.
 *
 * <p>May know: rpc.
 */
@NullMarked
package io.layerd.api.rpc;

import org.jspecify.annotations.NullMarked;
