package io.layerd.daemon.health;

import io.layerd.sys.FsStat;

/**
 * What is left on a file system.
 *
 * @param inodes 0 where the file system has no fixed number of them
 */
public record DiskRoom(long bytes, long freeBytes, long inodes, long freeInodes) {
  /** With less, a layer cannot be unpacked and a log not be written. */
  private static final long LEAST_BYTES = 64L << 20;

  private static final long LEAST_INODES = 1024;

  /** What root may use is left out: it is kept for repairs. */
  public static DiskRoom of(FsStat stat) {
    return new DiskRoom(
        stat.blocks() * stat.blockSizeBytes(),
        stat.blocksAvailable() * stat.blockSizeBytes(),
        stat.files(),
        stat.filesFree());
  }

  /** Whether the daemon can work. */
  public boolean enough() {
    return freeBytes >= LEAST_BYTES && enoughInodes();
  }

  public boolean enoughInodes() {
    return inodes == 0 || freeInodes >= LEAST_INODES;
  }

  /** Whether somebody should look: less than a twentieth is left of one of both. */
  public boolean scarce() {
    return freeBytes < bytes / 20 || (inodes > 0 && freeInodes < inodes / 20);
  }

  /** Such as {@code 78 GiB of 252 GiB and 15123456 of 16777216 inodes free}. */
  public String text() {
    String space = size(freeBytes) + " of " + size(bytes);
    return inodes == 0
        ? space + " free"
        : space + " and " + freeInodes + " of " + inodes + " inodes free";
  }

  private static String size(long size) {
    return size >= 10L << 30 ? (size >> 30) + " GiB" : (size >> 20) + " MiB";
  }
}
