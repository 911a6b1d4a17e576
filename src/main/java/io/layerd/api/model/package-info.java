/**
 * What the Remote API sends and receives, as records whose components are the JSON fields.
 *
 * <p>Invariant: null, {@code []} and {@code {}} are told apart as dockerd tells them apart.
 *
 * <p>May know: engine and the records it answers with, oci, spec, error.
 */
@NullMarked
package io.layerd.api.model;

import org.jspecify.annotations.NullMarked;
