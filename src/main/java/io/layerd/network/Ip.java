package io.layerd.network;

import io.layerd.error.InvalidParameter;
import java.math.BigInteger;
import java.net.InetAddress;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An IPv4 or IPv6 address as a number.
 *
 * @param bits 32 or 128
 */
record Ip(BigInteger number, int bits) implements Comparable<Ip> {

  /** A literal; null for anything else, host names among it. */
  static @Nullable Ip find(String text) {
    boolean four = text.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}");
    boolean six = text.indexOf(':') >= 0 && text.matches("[0-9A-Fa-f:.]+");
    if (!four && !six) {
      return null;
    }
    try {
      byte[] bytes = InetAddress.ofLiteral(text).getAddress();
      // ::ffff:1.2.3.4 comes back as IPv4
      return new Ip(new BigInteger(1, bytes), bytes.length * 8);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** Of 4 or 16 bytes, as packets hold it. */
  static Ip of(byte[] bytes) {
    return new Ip(new BigInteger(1, bytes), bytes.length * 8);
  }

  static Ip parse(String text) {
    Ip ip = find(text);
    if (ip == null) {
      throw new InvalidParameter("invalid IP address: " + text);
    }
    return ip;
  }

  boolean isIpv6() {
    return bits == 128;
  }

  Ip plus(long count) {
    return new Ip(number.add(BigInteger.valueOf(count)), bits);
  }

  byte[] bytes() {
    byte[] raw = number.toByteArray();
    byte[] bytes = new byte[bits / 8];
    int length = Math.min(raw.length, bytes.length);
    System.arraycopy(raw, raw.length - length, bytes, bytes.length - length, length);
    return bytes;
  }

  /** As Go prints it: RFC 5952. */
  String text() {
    byte[] bytes = bytes();
    if (!isIpv6()) {
      return (bytes[0] & 255)
          + "."
          + (bytes[1] & 255)
          + "."
          + (bytes[2] & 255)
          + "."
          + (bytes[3] & 255);
    }
    int[] groups = new int[8];
    Arrays.setAll(groups, i -> (bytes[2 * i] & 255) << 8 | bytes[2 * i + 1] & 255);
    int start = -1;
    int length = 1;
    for (int i = 0; i < 8; i++) {
      int run = 0;
      while (i + run < 8 && groups[i + run] == 0) {
        run++;
      }
      if (run > length) {
        start = i;
        length = run;
      }
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 8; i++) {
      if (i == start) {
        text.append("::");
        i += length - 1;
      } else {
        boolean first = text.isEmpty() || text.charAt(text.length() - 1) == ':';
        text.append(first ? "" : ":").append(Integer.toHexString(groups[i]));
      }
    }
    return text.toString();
  }

  @Override
  public int compareTo(Ip other) {
    return bits == other.bits ? number.compareTo(other.number) : Integer.compare(bits, other.bits);
  }

  @Override
  public String toString() {
    return text();
  }

  // Written out: the compiler's own is interpreted in a native image, a thousand times slower.
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Ip that && bits == that.bits && number.equals(that.number);
  }

  @Override
  public int hashCode() {
    return number.hashCode();
  }
}
