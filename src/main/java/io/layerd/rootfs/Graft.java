package io.layerd.rootfs;

import java.nio.file.Path;

/**
 * A directory or file of the host that a container sees somewhere among its own.
 *
 * @param destination absolute path in the container
 * @param recursive whether what is mounted below the source is seen as well
 */
public record Graft(Path source, String destination, boolean readOnly, boolean recursive) {}
