/**
 * Images from Dockerfiles: steps, their cache, and what RUN mounts.
 *
 * <p>Invariant: a build that fails or is cancelled leaves no container, mount or directory behind;
 * images of its finished steps stay for the cache.
 *
 * <p>May know: image, layer, container, archive, dockerfile, sys, oci, spec, error.
 */
@NullMarked
package io.layerd.build;

import org.jspecify.annotations.NullMarked;
