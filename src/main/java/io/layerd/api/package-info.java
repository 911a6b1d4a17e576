/**
 * The Docker Remote API: resources, wire records, streams, one error mapper.
 *
 * <p>Invariant: it decides nothing: it parses, asks the engine and prints.
 *
 * <p>May know: engine, events, metrics, oci, spec, error.
 */
@NullMarked
package io.layerd.api;

import org.jspecify.annotations.NullMarked;
