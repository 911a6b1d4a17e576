package io.layerd.archive;

import org.jspecify.annotations.Nullable;

/**
 * One entry of a tar, extended headers already merged in.
 *
 * @param type the type flag, never NUL
 * @param name as written, not cleaned
 * @param sizeBytes bytes of content that follow in the tar, 0 for types without content
 * @param xattrs name, value, name, value, ...
 * @param sparse offset, length, offset, length, ... of the pieces that make up the content
 * @param realSizeBytes size of the file once unpacked
 */
@SuppressWarnings("ArrayRecordComponent") // names are bytes
record TarHeader(
    byte type,
    byte[] name,
    byte[] linkName,
    int mode,
    int uid,
    int gid,
    long sizeBytes,
    long mtimeSeconds,
    int mtimeNanos,
    int major,
    int minor,
    byte[][] xattrs,
    long @Nullable [] sparse,
    long realSizeBytes) {
  static final byte REGULAR = '0';
  static final byte HARD_LINK = '1';
  static final byte SYMLINK = '2';
  static final byte CHARACTER = '3';
  static final byte BLOCK = '4';
  static final byte DIRECTORY = '5';
  static final byte FIFO = '6';
  static final byte GNU_LONG_LINK = 'K';
  static final byte GNU_LONG_NAME = 'L';
  static final byte GNU_SPARSE = 'S';
  static final byte PAX = 'x';
  static final byte PAX_GLOBAL = 'g';

  /** Whether the entry is the device that stands for a deletion on disk, though not in archives. */
  boolean isOverlayWhiteout() {
    return type == CHARACTER && major == 0 && minor == 0;
  }

  /** Whether entries of this type never have content, whatever their size field says. */
  static boolean headerOnly(byte type) {
    return type >= HARD_LINK && type <= FIFO;
  }

  /** The same entry with another owner. */
  TarHeader withOwner(int newUid, int newGid) {
    return new TarHeader(
        type,
        name,
        linkName,
        mode,
        newUid,
        newGid,
        sizeBytes,
        mtimeSeconds,
        mtimeNanos,
        major,
        minor,
        xattrs,
        sparse,
        realSizeBytes);
  }
}
