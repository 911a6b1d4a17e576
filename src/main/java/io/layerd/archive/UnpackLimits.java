package io.layerd.archive;

import io.layerd.error.InvalidParameter;

/**
 * What one archive may make, so that a small hostile one cannot use up the host. What an entry only
 * claims counts as well: it is refused before anything of it is written.
 *
 * @param maxEntries names
 * @param maxSizeBytes of all files together, holes included
 */
public record UnpackLimits(long maxEntries, long maxSizeBytes) {
  /** Beyond every image that is known, and short of what a file system's inodes usually are. */
  public static final UnpackLimits DEFAULT = new UnpackLimits(5_000_000, 1L << 40);

  public UnpackLimits {
    if (maxEntries <= 0 || maxSizeBytes <= 0) {
      throw new InvalidParameter("the limits of an archive must be positive");
    }
  }

  /** Counts one archive's entries. Not thread-safe. */
  final class Count {
    private long entries;
    private long bytes;

    void add(TarHeader header) {
      entries++;
      if (entries > maxEntries) {
        throw new InvalidParameter(
            "archive has more than " + maxEntries + " entries, the limit of layer.max-entries");
      }
      long size = Math.max(header.sizeBytes(), header.realSizeBytes());
      if (size > maxSizeBytes - bytes) {
        throw new InvalidParameter(
            "archive makes more than "
                + maxSizeBytes
                + " bytes of files, the limit of layer.max-size");
      }
      bytes += size;
    }
  }
}
