package io.layerd.volume;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;

/**
 * A named volume.
 *
 * @param mountpoint its {@code _data} directory
 * @param anonymous made by the daemon for a container, and removed with it on {@code rm -v}
 */
public record Volume(
    String name,
    String driver,
    Path mountpoint,
    Instant created,
    Map<String, String> labels,
    Map<String, String> options,
    boolean anonymous) {}
