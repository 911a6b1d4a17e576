/**
 * Logs of containers: what their monitor wrote down is brought to where the logging driver keeps
 * it, in dockerd's formats, and read again from there.
 *
 * <p>Invariant: a line that the monitor wrote reaches the log once, whatever becomes of the daemon
 * in between.
 *
 * <p>May know: spec, sys, error.
 */
@NullMarked
package io.layerd.logs;

import org.jspecify.annotations.NullMarked;
