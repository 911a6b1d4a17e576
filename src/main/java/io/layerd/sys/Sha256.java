package io.layerd.sys;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * SHA-256 of much data. FIPS 180-4.
 *
 * <p>By the host's OpenSSL where it has one, else by Java: slower in a native executable, the same
 * result. What is under way is 112 bytes of Java's own memory, so nobody has to close it.
 */
public final class Sha256 extends MessageDigest {
  private static final String NAME = "SHA-256";
  private byte[] state = Libcrypto.begin();

  private Sha256() {
    super(NAME);
  }

  /** A fresh computation. */
  public static MessageDigest fresh() {
    if (Libcrypto.usable()) {
      return new Sha256();
    }
    try {
      return MessageDigest.getInstance(NAME);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("no SHA-256 in this Java runtime", e);
    }
  }

  @Override
  protected int engineGetDigestLength() {
    return Libcrypto.DIGEST_BYTES;
  }

  @Override
  protected void engineUpdate(byte input) {
    engineUpdate(new byte[] {input}, 0, 1);
  }

  @Override
  protected void engineUpdate(byte[] input, int offset, int length) {
    if (length > 0) {
      Libcrypto.update(state, input, offset, length);
    }
  }

  @Override
  protected byte[] engineDigest() {
    byte[] digest = Libcrypto.digest(state);
    engineReset();
    return digest;
  }

  @Override
  protected void engineReset() {
    state = Libcrypto.begin();
  }
}
