package io.layerd.daemon.health;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * The directory of a storage driver. It is recognised by device and inode: one that is another now
 * lies on a file system that was mounted over it or unmounted from under it.
 *
 * @param key null if there was none
 */
public record StorageHome(String driver, Path directory, @Nullable Object key) {
  /** The directory as it is now. */
  public static StorageHome of(String driver, Path directory) {
    return new StorageHome(driver, directory, key(directory));
  }

  /** Whether it is still the one it was. */
  boolean unchanged() {
    return key != null && key.equals(key(directory));
  }

  private static @Nullable Object key(Path directory) {
    try {
      return Files.readAttributes(directory, BasicFileAttributes.class).fileKey();
    } catch (IOException e) {
      return null;
    }
  }
}
