/**
 * A container's files, looked at from outside: its layers and mounts put together, paths resolved
 * inside, tars in and out.
 *
 * <p>Invariant: no path, link or archive entry reaches anything that the container does not see.
 *
 * <p>May know: archive, sys, error.
 */
@NullMarked
package io.layerd.rootfs;

import org.jspecify.annotations.NullMarked;
