package io.layerd.container;

/**
 * A mount of a container, as inspect and list show it.
 *
 * @param type bind, volume or tmpfs
 * @param name of the volume, empty for others
 */
public record MountPoint(
    String type,
    String name,
    String source,
    String destination,
    String driver,
    String mode,
    boolean readWrite,
    String propagation) {}
