package io.layerd.daemon.doctor;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a daemon with this configuration would be.
 *
 * @param sockets the Unix sockets it would serve
 * @param storageDriver null lets what is on disk decide
 * @param defaultRuntime null lets layerd choose
 */
public record Places(
    List<Path> sockets,
    Path dataRoot,
    Path pidfile,
    @Nullable String storageDriver,
    List<String> storageOptions,
    @Nullable String defaultRuntime) {
  public Places {
    sockets = List.copyOf(sockets);
    storageOptions = List.copyOf(storageOptions);
  }
}
