package io.layerd.container;

import io.layerd.runtime.ContainerUsage;
import org.jspecify.annotations.Nullable;

/**
 * What a container used at a moment.
 *
 * @param id empty if the client wants a single look without anything else
 * @param now null if it does not run
 * @param before the sample a second ago; null for the first
 */
public record UsageSample(
    String id, String name, @Nullable ContainerUsage now, @Nullable ContainerUsage before) {}
