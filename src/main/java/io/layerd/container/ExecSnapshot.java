package io.layerd.container;

import org.jspecify.annotations.Nullable;

/**
 * An exec instance, as {@code GET /exec/{id}/json} shows it.
 *
 * @param exitCode null until it ended
 * @param path first word of the command, {@code config.cmd} holds all of it
 */
public record ExecSnapshot(
    String id,
    String containerId,
    boolean running,
    @Nullable Integer exitCode,
    int pid,
    boolean canRemove,
    String path,
    java.util.List<String> args,
    ExecConfig config) {}
