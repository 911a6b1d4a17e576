package io.layerd.network;

import io.layerd.error.InvalidParameter;

/** An IPv4 address with its prefix length; addresses are unsigned 32-bit numbers in a long. */
record Cidr(long address, int prefix) {
  static Cidr parse(String text) {
    int slash = text.indexOf('/');
    if (slash > 0) {
      try {
        int prefix = Integer.parseInt(text.substring(slash + 1));
        if (prefix >= 0 && prefix <= 32) {
          return new Cidr(address(text.substring(0, slash)), prefix);
        }
      } catch (NumberFormatException e) {
        throw new InvalidParameter("invalid CIDR address: " + text, e);
      }
    }
    throw new InvalidParameter("invalid CIDR address: " + text);
  }

  /** Dotted quad to number. */
  static long address(String text) {
    String[] parts = text.split("\\.", -1);
    long value = 0;
    boolean valid = parts.length == 4;
    for (String part : parts) {
      boolean octet = part.matches("[0-9]{1,3}") && Integer.parseInt(part) <= 255;
      valid &= octet;
      value = value << 8 | (octet ? Integer.parseInt(part) : 0);
    }
    if (!valid) {
      throw new InvalidParameter("invalid IP address: " + text);
    }
    return value;
  }

  static String text(long address) {
    return (address >> 24 & 255)
        + "."
        + (address >> 16 & 255)
        + "."
        + (address >> 8 & 255)
        + "."
        + (address & 255);
  }

  long network() {
    return address & -sizeAddresses();
  }

  long broadcast() {
    return network() + sizeAddresses() - 1;
  }

  long sizeAddresses() {
    return 1L << (32 - prefix);
  }

  boolean contains(long other) {
    return other >= network() && other <= broadcast();
  }

  boolean overlaps(Cidr other) {
    return contains(other.network()) || other.contains(network());
  }

  /** The subnet: {@code 172.17.0.0/16}. */
  String subnet() {
    return text(network()) + "/" + prefix;
  }

  String addressText() {
    return text(address);
  }
}
