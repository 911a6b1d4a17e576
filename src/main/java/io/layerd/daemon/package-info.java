/**
 * main, flags, daemon.json, listeners, health, recovery at start.
 *
 * <p>Invariant: when it exits, nothing it opened is left behind but the containers.
 *
 * <p>May know: all.
 */
@NullMarked
package io.layerd.daemon;

import org.jspecify.annotations.NullMarked;
