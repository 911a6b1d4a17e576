package io.layerd.container;

import io.layerd.oci.Platform;
import io.layerd.spec.ContainerConfig;
import io.layerd.spec.HostConfig;
import io.layerd.spec.NetworkingConfig;
import org.jspecify.annotations.Nullable;

/**
 * What {@code POST /containers/create} holds.
 *
 * @param name null for a generated one
 * @param config null is answered with dockerd's error
 */
public record CreateRequest(
    @Nullable String name,
    @Nullable Platform platform,
    @Nullable ContainerConfig config,
    @Nullable HostConfig host,
    @Nullable NetworkingConfig networking) {}
