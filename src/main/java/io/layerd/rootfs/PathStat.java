package io.layerd.rootfs;

import java.time.Instant;

/**
 * What {@code docker cp} wants to know of a path.
 *
 * @param mode in the bits of Go's {@code os.FileMode}
 * @param linkTarget where a symbolic link finally leads, as an absolute path in the container;
 *     empty for anything else
 */
public record PathStat(
    String name, long sizeBytes, long mode, Instant modified, String linkTarget) {
  private static final long DIRECTORY = 1L << 31;

  public boolean isDirectory() {
    return (mode & DIRECTORY) != 0;
  }
}
