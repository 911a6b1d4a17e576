package io.layerd.sys;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.MessageDigest;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Sha256Test {
  private final Random random = new Random(1);

  private static byte[] expected(byte[] data) throws Exception {
    return MessageDigest.getInstance("SHA-256").digest(data);
  }

  private byte[] data(int length) {
    byte[] data = new byte[length];
    random.nextBytes(data);
    return data;
  }

  @Test
  void isWhatJavaComputes() throws Exception {
    int block = Scratch.BLOCK_BYTES - Libcrypto.STATE_BYTES;
    for (int length : new int[] {0, 1, 55, 56, 64, 65, block - 1, block, block + 1, 1_000_003}) {
      byte[] data = data(length);
      assertThat(Sha256.fresh().digest(data)).as("%d bytes", length).isEqualTo(expected(data));
    }
  }

  @Test
  void takesItsBytesInPieces() throws Exception {
    byte[] data = data(200_000);
    MessageDigest hash = Sha256.fresh();
    hash.update(data[0]);
    for (int at = 1; at < data.length; ) {
      int length = Math.min(random.nextInt(9_000), data.length - at);
      hash.update(data, at, length);
      at += length;
    }
    assertThat(hash.digest()).isEqualTo(expected(data));
    assertThat(hash.digest()).as("it begins anew").isEqualTo(expected(new byte[0]));
  }
}
