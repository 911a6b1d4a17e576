/**
 * Networks through netavark: address pools, port maps, hosts and resolv.conf.
 *
 * <p>Invariant: an address, a port or a namespace that was given out is given back exactly once.
 *
 * <p>May know: sys, mount, spec, durable, metrics, error.
 */
@NullMarked
package io.layerd.network;

import org.jspecify.annotations.NullMarked;
