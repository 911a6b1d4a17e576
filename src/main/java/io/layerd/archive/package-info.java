/**
 * Layer archives: applying and making tars, whiteouts, compression, tar-split.
 *
 * <p>Invariant: no entry, whatever its name or type, changes anything outside the directory it is
 * applied to.
 *
 * <p>May know: oci, sys, error.
 */
@NullMarked
package io.layerd.archive;

import org.jspecify.annotations.NullMarked;
