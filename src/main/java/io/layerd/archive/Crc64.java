package io.layerd.archive;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * CRC-64 with the ISO 3309 polynomial x^64 + x^4 + x^3 + x + 1, as tar-split uses it.
 *
 * <p>The polynomial has so few low terms that eight bytes are reduced with shifts alone: the word
 * times (1 + x + x^3 + x^4), and a table of 16 for what the shifts push out. No byte table is
 * needed for whole words.
 */
final class Crc64 {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long POLYNOMIAL = 0xD800000000000000L;
  private static final long[] BYTES = new long[256];
  private static final long[] NIBBLES = new long[16];

  static {
    for (int i = 0; i < 256; i++) {
      BYTES[i] = shift(i, 8);
    }
    for (int i = 0; i < 16; i++) {
      // the word's own shifts are done in the open; the table holds the rest of the reduction
      long whole = shift(i, 64);
      NIBBLES[i] = whole ^ mix(i);
    }
  }

  private long crc = -1L;

  private static long shift(long value, int bits) {
    long v = value;
    for (int i = 0; i < bits; i++) {
      v = (v & 1) != 0 ? (v >>> 1) ^ POLYNOMIAL : v >>> 1;
    }
    return v;
  }

  private static long mix(long v) {
    return v ^ (v >>> 1) ^ (v >>> 3) ^ (v >>> 4);
  }

  void reset() {
    crc = -1L;
  }

  void update(byte[] bytes, int offset, int length) {
    long c = crc;
    int i = offset;
    int end = offset + length;
    for (; i + 8 <= end; i += 8) {
      long w = c ^ (long) LONGS.get(bytes, i);
      c = mix(w) ^ NIBBLES[(int) w & 15];
    }
    for (; i < end; i++) {
      c = BYTES[(int) (c ^ bytes[i]) & 0xff] ^ (c >>> 8);
    }
    crc = c;
  }

  long value() {
    return ~crc;
  }
}
