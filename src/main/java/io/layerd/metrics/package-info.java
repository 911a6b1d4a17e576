/**
 * Numbers for Prometheus: counters, histograms, gauges, and their text form.
 *
 * <p>Invariant: counting never blocks and never allocates; what is exposed has a bounded number of
 * series, whatever clients do.
 *
 * <p>May know: nothing.
 */
@NullMarked
package io.layerd.metrics;

import org.jspecify.annotations.NullMarked;
