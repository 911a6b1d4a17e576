package io.layerd.layer;

import io.layerd.oci.DiffId;
import io.layerd.oci.Digest;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;

/** A layer's tar whose end is an error unless all of it has the layer's diff ID. */
final class VerifiedTar extends FilterInputStream {
  private final MessageDigest hash = Digest.newLayerSha256();
  private final DiffId expected;
  private boolean checked;

  VerifiedTar(InputStream tar, DiffId expected) {
    super(tar);
    this.expected = expected;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    int count = super.read(bytes, offset, length);
    if (count > 0) {
      hash.update(bytes, offset, count);
    } else if (count < 0 && !checked) {
      checked = true;
      if (!Digest.ofSha256(hash.digest()).equals(expected.digest())) {
        throw new IOException("could not verify layer data for: " + expected);
      }
    }
    return count;
  }

  @Override
  public boolean markSupported() {
    return false;
  }
}
