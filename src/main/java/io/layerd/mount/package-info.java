/**
 * Mounts: mounting, unmounting and reading mountinfo.
 *
 * <p>Invariant: a mount that this package made can be found and removed again after a crash.
 *
 * <p>May know: sys, error.
 */
@NullMarked
package io.layerd.mount;

import org.jspecify.annotations.NullMarked;
