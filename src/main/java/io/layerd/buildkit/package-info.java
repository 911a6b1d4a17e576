/**
 * BuildKit's protocol on top of the builder: sessions of clients, the control service, progress,
 * and outputs. Dockerfiles are solved here, by the same steps as the classic builder's.
 *
 * <p>Invariant: a build that ends, however it ends, leaves no thread, mount or directory behind;
 * what is not offered is refused with a sentence.
 *
 * <p>May know: build, image, layer, dockerfile, rpc, registry, oci, spec, archive, events, sys,
 * error.
 */
@NullMarked
package io.layerd.buildkit;

import org.jspecify.annotations.NullMarked;
