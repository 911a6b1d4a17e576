/**
 * The OCI runtime: specs, runc and crun, conmon, cgroups.
 *
 * <p>Invariant: a container started here has a monitor that outlives the daemon and records its
 * exit.
 *
 * <p>May know: mount, security, oci, spec, sys, durable, error.
 */
@NullMarked
package io.layerd.runtime;

import org.jspecify.annotations.NullMarked;
