/**
 * The checks behind {@code /q/health}, for MicroProfile Health.
 *
 * <p>Invariant: a check takes milliseconds, changes nothing on disk, and runs on a worker thread.
 *
 * <p>May know: all below {@code daemon}.
 */
@NullMarked
package io.layerd.daemon.health;

import org.jspecify.annotations.NullMarked;
