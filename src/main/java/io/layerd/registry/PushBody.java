package io.layerd.registry;

import io.layerd.oci.Digest;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;

/**
 * What is sent: counted and hashed on the way. Closing waits for a read that is under way, since
 * the HTTP client reads on a thread of its own and may still do so when a request was given up.
 */
final class PushBody extends FilterInputStream {
  private final MessageDigest hash = Digest.newLayerSha256();
  private final Object lock = new Object();
  private boolean closed;
  private long count;

  PushBody(InputStream content) {
    super(content);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    synchronized (lock) {
      if (closed) {
        throw new IOException("the upload was given up");
      }
      int n = super.read(target, offset, length);
      if (n > 0) {
        hash.update(target, offset, n);
        count += n;
      }
      return n;
    }
  }

  /** Digest of everything that was read; call once, at the end. */
  Digest digest() {
    synchronized (lock) {
      return Digest.ofSha256(hash.digest());
    }
  }

  long count() {
    synchronized (lock) {
      return count;
    }
  }

  @Override
  public void close() throws IOException {
    synchronized (lock) {
      closed = true;
      super.close();
    }
  }
}
