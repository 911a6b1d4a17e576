package io.layerd.container;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which part of a container's log is wanted.
 *
 * @param tail number of last lines, -1 for all
 * @param details put the log options' labels and variables before each line
 */
public record LogQuery(
    boolean stdout,
    boolean stderr,
    boolean follow,
    boolean timestamps,
    boolean details,
    int tail,
    @Nullable Instant since,
    @Nullable Instant until) {}
