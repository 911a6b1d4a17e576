package io.layerd.archive;

import io.layerd.error.InvalidParameter;
import java.util.Arrays;

/**
 * Fields of a 512-byte tar header. POSIX.1-2024 pax, "ustar Interchange Format"; GNU tar manual.
 */
final class TarFormat {
  static final int BLOCK = 512;

  /** Extended headers and sparse maps above this are refused, as dockerd does. */
  static final int MAX_EXTENDED_BYTES = 1 << 20;

  private static final byte[] USTAR = {'u', 's', 't', 'a', 'r', 0};
  private static final byte[] GNU = {'u', 's', 't', 'a', 'r', ' ', ' ', 0};
  private static final byte[] STAR = {'t', 'a', 'r', 0};

  private TarFormat() {}

  static InvalidParameter invalidHeader() {
    return new InvalidParameter("archive/tar: invalid tar header");
  }

  static InvalidParameter tooLong() {
    return new InvalidParameter("archive/tar: header field too long");
  }

  static InvalidParameter unexpectedEnd() {
    return new InvalidParameter("unexpected EOF");
  }

  static boolean isUstar(byte[] b, int block) {
    return Arrays.equals(b, block + 257, block + 263, USTAR, 0, 6);
  }

  static boolean isGnu(byte[] b, int block) {
    return Arrays.equals(b, block + 257, block + 265, GNU, 0, 8);
  }

  static boolean isStar(byte[] b, int block) {
    return isUstar(b, block) && Arrays.equals(b, block + 508, block + 512, STAR, 0, 4);
  }

  static boolean isZero(byte[] b, int block) {
    for (int i = block; i < block + BLOCK; i++) {
      if (b[i] != 0) {
        return false;
      }
    }
    return true;
  }

  /** Checks the sum of the header, which some old tars computed over signed bytes. */
  static void verifyChecksum(byte[] b, int block) {
    long wanted = numeric(b, block + 148, 8);
    long unsigned = 0;
    long signed = 0;
    for (int i = 0; i < BLOCK; i++) {
      byte value = i >= 148 && i < 156 ? (byte) ' ' : b[block + i];
      unsigned += value & 0xff;
      signed += value;
    }
    if (wanted != unsigned && wanted != signed) {
      throw invalidHeader();
    }
  }

  /**
   * A user or group. What does not fit would become another one, root for one, and 2^32-1 means "do
   * not change" to chown(2).
   */
  static int owner(long value) {
    if (value < 0 || value >= 0xffffffffL) {
      throw new InvalidParameter("archive/tar: invalid owner " + value);
    }
    return (int) value;
  }

  /** A device number of so many bits: what does not fit would become another device. */
  static int device(long value, int bits) {
    if (value < 0 || value >>> bits != 0) {
      throw new InvalidParameter("archive/tar: invalid device number " + value);
    }
    return (int) value;
  }

  /** The bytes up to the first NUL. */
  static byte[] string(byte[] b, int from, int length) {
    int end = from;
    while (end < from + length && b[end] != 0) {
      end++;
    }
    return Arrays.copyOfRange(b, from, end);
  }

  /** An octal number, or with the high bit set a big-endian two's complement one. */
  static long numeric(byte[] b, int from, int length) {
    if ((b[from] & 0x80) != 0) {
      return base256(b, from, length);
    }
    int start = from;
    int end = from + length;
    while (start < end && (b[start] == ' ' || b[start] == 0)) {
      start++;
    }
    while (end > start && (b[end - 1] == ' ' || b[end - 1] == 0)) {
      end--;
    }
    long value = 0;
    for (int i = start; i < end && b[i] != 0; i++) {
      int digit = b[i] - '0';
      if (digit < 0 || digit > 7 || value >>> 60 != 0) {
        throw invalidHeader();
      }
      value = value << 3 | digit;
    }
    return value;
  }

  private static long base256(byte[] b, int from, int length) {
    boolean negative = (b[from] & 0x40) != 0;
    int inverse = negative ? 0xff : 0;
    long value = 0;
    for (int i = 0; i < length; i++) {
      int digit = (b[from + i] & 0xff) ^ inverse;
      if (i == 0) {
        digit &= 0x7f;
      }
      if (value >>> 56 != 0) {
        throw invalidHeader();
      }
      value = value << 8 | digit;
    }
    if (value < 0) {
      throw invalidHeader();
    }
    return negative ? ~value : value;
  }
}
