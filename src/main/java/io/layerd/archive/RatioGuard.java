package io.layerd.archive;

import io.layerd.error.InvalidParameter;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Refuses archives that expand out of all proportion: decompression bombs. */
final class RatioGuard extends FilterInputStream {
  /** What is small may expand as it likes. */
  private static final long FREE_BYTES = 1L << 30;

  private final Counted source;
  private final int maxRatio;
  private final long freeBytes;
  private long bytes;

  /** Counts the compressed bytes. */
  static final class Counted extends FilterInputStream {
    private long bytes;

    Counted(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int value = super.read();
      bytes += value < 0 ? 0 : 1;
      return value;
    }

    @Override
    public int read(byte[] b, int offset, int length) throws IOException {
      int n = super.read(b, offset, length);
      bytes += Math.max(n, 0);
      return n;
    }
  }

  RatioGuard(InputStream decompressed, Counted source, int maxRatio) {
    this(decompressed, source, maxRatio, FREE_BYTES);
  }

  RatioGuard(InputStream decompressed, Counted source, int maxRatio, long freeBytes) {
    super(decompressed);
    this.source = source;
    this.maxRatio = maxRatio;
    this.freeBytes = freeBytes;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] b, int offset, int length) throws IOException {
    int n = super.read(b, offset, length);
    bytes += Math.max(n, 0);
    if (bytes > freeBytes && bytes / maxRatio > source.bytes) {
      throw new InvalidParameter(
          "archive expands to more than "
              + maxRatio
              + " times its size, the limit of layer.max-ratio");
    }
    return n;
  }

  @Override
  public boolean markSupported() {
    return false;
  }
}
