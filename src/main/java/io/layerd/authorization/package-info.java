/**
 * Who may do what: the policy file, the roles in it, and what gives a container the host.
 *
 * <p>Invariant: what is not allowed by name is refused; an unknown field of a request counts as a
 * way to the host.
 *
 * <p>May know: oci, spec, error.
 */
@NullMarked
package io.layerd.authorization;

import org.jspecify.annotations.NullMarked;
