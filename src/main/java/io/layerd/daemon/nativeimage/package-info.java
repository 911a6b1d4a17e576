/**
 * What the native executable needs to be told: which types are read by reflection, which shared
 * libraries it brings along, how it listens on Unix sockets. Runs while the executable is built,
 * never in a JVM.
 *
 * <p>Invariant: nothing outside this package knows whether it runs in a JVM or natively.
 *
 * <p>May know: all.
 */
@NullMarked
package io.layerd.daemon.nativeimage;

import org.jspecify.annotations.NullMarked;
