/**
 * Who may ask what: the policy and authorization plugins, and the audit log of all requests.
 *
 * <p>Invariant: what is decided on is what is served: the same path, the same query, the same bytes
 * of the body read into the same records, and containers by their ids.
 *
 * <p>May know: engine, authorization, oci, spec, error.
 */
@NullMarked
package io.layerd.api.access;

import org.jspecify.annotations.NullMarked;
