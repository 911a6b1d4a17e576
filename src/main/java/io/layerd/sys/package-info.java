/**
 * System calls, errno and process spawning; the only user of jnr.
 *
 * <p>Invariant: every call either succeeds or throws an ErrnoException that names call, path and
 * errno.
 *
 * <p>May know: error.
 */
@NullMarked
package io.layerd.sys;

import org.jspecify.annotations.NullMarked;
