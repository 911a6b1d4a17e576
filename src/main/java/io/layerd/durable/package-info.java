/**
 * Files that are whole or absent after a crash; file locks.
 *
 * <p>Invariant: a file written here is synced before it gets its name, and its directory is synced
 * after.
 *
 * <p>May know: sys, error.
 */
@NullMarked
package io.layerd.durable;

import org.jspecify.annotations.NullMarked;
