/**
 * TLS on the listeners: certificates that are exchanged while connections come in.
 *
 * <p>Invariant: a connection gets all of one set of files, never a mix of old and new, and a set
 * that does not fit together changes nothing.
 *
 * <p>May know: certs.
 */
@NullMarked
package io.layerd.daemon.tls;

import org.jspecify.annotations.NullMarked;
