/**
 * The container state machine: create, start, exec, wait, logs, restart.
 *
 * <p>Invariant: what the state says of a container is true of its process, also after the daemon
 * was killed.
 *
 * <p>May know: image, layer, rootfs, archive, mount, volume, network, security, runtime, spec, oci,
 * durable, events, metrics, sys, error.
 */
@NullMarked
package io.layerd.container;

import org.jspecify.annotations.NullMarked;
