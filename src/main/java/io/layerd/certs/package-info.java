/**
 * Certificates and keys: PEM files of every common kind, whom a client certificate is trusted by,
 * and a private certificate authority in a directory.
 *
 * <p>Invariant: a private key file it writes is readable by its owner alone, and no file of an
 * authority is ever overwritten by a new one.
 *
 * <p>May know: durable, sys, error.
 */
@NullMarked
package io.layerd.certs;

import org.jspecify.annotations.NullMarked;
