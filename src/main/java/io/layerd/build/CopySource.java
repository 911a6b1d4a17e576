package io.layerd.build;

import io.layerd.sys.Stat;

/**
 * One file or directory that COPY or ADD puts into an image.
 *
 * @param host its name on the host
 * @param name what it is called in a directory that it is copied into
 * @param unpackable whether ADD may take it for an archive
 * @param below directories below the destination that it goes into; empty for none
 */
@SuppressWarnings("ArrayRecordComponent") // names are bytes
record CopySource(byte[] host, Stat stat, byte[] name, boolean unpackable, String below) {
  CopySource(byte[] host, Stat stat, byte[] name, boolean unpackable) {
    this(host, stat, name, unpackable, "");
  }

  /** The same, which may be an archive. */
  CopySource packed() {
    return new CopySource(host, stat, name, true, below);
  }
}
