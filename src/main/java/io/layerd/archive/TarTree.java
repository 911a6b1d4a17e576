package io.layerd.archive;

import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A tree on its way into a tar. */
final class TarTree implements TreeOutput {
  private static final int BUFFER_BYTES = 256 * 1024;

  private final Sys sys;
  private final TarWriter tar;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
  private final byte[] bytes = new byte[BUFFER_BYTES];

  TarTree(Sys sys, TarWriter tar) {
    this.sys = sys;
    this.tar = tar;
  }

  @Override
  public void entry(TarEntry entry) throws IOException {
    tar.entry(entry);
  }

  @Override
  public void file(TarEntry entry, int fd) throws IOException {
    tar.entry(entry);
    long left = entry.sizeBytes();
    while (left > 0) {
      int n = read(sys, fd, buffer, left, entry.name());
      buffer.get(bytes, 0, n);
      tar.write(bytes, 0, n);
      left -= n;
    }
  }

  /** Fills a buffer and flips it. */
  static int read(Sys sys, int fd, ByteBuffer buffer, long most, byte[] name) throws IOException {
    buffer.clear();
    buffer.limit((int) Math.min(most, buffer.capacity()));
    int n = sys.read(fd, buffer);
    if (n == 0) {
      throw new IOException("file shrank while it was read: " + TarNames.text(name));
    }
    buffer.flip();
    return n;
  }
}
