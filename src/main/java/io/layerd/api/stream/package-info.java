/**
 * The answers that are streams: attach and exec on a hijacked connection, logs, events, waiting,
 * the progress of a pull.
 *
 * <p>Invariant: no event loop waits, no client can make the daemon hold more than a fixed amount
 * for it, and when a client goes, the work for it ends.
 *
 * <p>May know: api, engine and the records it answers with, events, oci, spec, error.
 */
@NullMarked
package io.layerd.api.stream;

import org.jspecify.annotations.NullMarked;
