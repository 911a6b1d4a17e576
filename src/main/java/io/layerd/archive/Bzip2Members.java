package io.layerd.archive;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Decompresses bzip2, all streams in a row, and ignores what follows the last. (The library's own
 * way over several streams loses data when it meets something else after one.)
 */
final class Bzip2Members extends InputStream {
  private final InputStream in;
  private @Nullable InputStream member;

  /** The stream must support marks. */
  Bzip2Members(InputStream in) throws IOException {
    this.in = in;
    member = new BZip2CompressorInputStream(in, false);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] b, int offset, int length) throws IOException {
    while (member != null) {
      int n = member.read(b, offset, length);
      if (n >= 0) {
        return n;
      }
      member = next();
    }
    return -1;
  }

  private @Nullable InputStream next() throws IOException {
    byte[] magic = new byte[Compression.MAGIC_BYTES];
    in.mark(magic.length);
    int length = in.readNBytes(magic, 0, magic.length);
    in.reset();
    if (Compression.detect(magic, length) == Compression.BZIP2) {
      return new BZip2CompressorInputStream(in, false);
    }
    in.transferTo(OutputStream.nullOutputStream());
    return null;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
