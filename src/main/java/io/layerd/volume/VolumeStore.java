package io.layerd.volume;

import io.layerd.error.Conflict;
import io.layerd.error.InvalidParameter;
import io.layerd.error.NotFound;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Volumes under {@code <data-root>/volumes/<name>/_data}, with dockerd's {@code opts.json}. All
 * methods block.
 */
public interface VolumeStore {
  /**
   * Makes a volume, or returns the one of that name.
   *
   * @param name null for an anonymous volume with a random 64-hex name
   *     <p>As with dockerd, options and labels count only for a volume that is new.
   * @throws InvalidParameter for a bad name or bad options
   * @throws NotFound for an unknown driver
   */
  Volume create(
      @Nullable String name,
      String driver,
      Map<String, String> options,
      Map<String, String> labels);

  /**
   * @throws NotFound {@code get NAME: no such volume}
   */
  Volume get(String name);

  Optional<Volume> find(String name);

  List<Volume> list();

  /**
   * Marks the volume as used by a container and returns the directory to mount; a volume with
   * options is mounted first.
   */
  Path use(String name, String containerId);

  /** Ends {@link #use}. */
  void release(String name, String containerId);

  /**
   * Remembers, without mounting, that a container refers to the volume (also while it is stopped).
   */
  void refer(String name, String containerId);

  /** Ends {@link #refer}. */
  void unrefer(String name, String containerId);

  /** The containers that refer to a volume. */
  Set<String> users(String name);

  /**
   * Bytes of the files in a volume, each inode once; -1 if they cannot be read. All of it is looked
   * at every time: what writes to a volume need not be a container of this daemon.
   */
  long sizeBytes(Volume volume);

  /**
   * @throws Conflict {@code remove NAME: volume is in use - [ids]}
   * @throws NotFound if absent and not {@code force}
   */
  void remove(String name, boolean force);
}
