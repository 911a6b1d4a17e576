package io.layerd.container;

import org.jspecify.annotations.Nullable;

/**
 * How a client wants to be connected.
 *
 * @param logs replay the log first
 * @param stream stay connected; false ends after the replay
 * @param detachKeys such as {@code ctrl-p,ctrl-q}; null for the default
 */
public record AttachRequest(
    boolean stdin,
    boolean stdout,
    boolean stderr,
    boolean logs,
    boolean stream,
    @Nullable String detachKeys) {}
