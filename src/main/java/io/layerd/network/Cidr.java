package io.layerd.network;

import io.layerd.error.InvalidParameter;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/** An address with its prefix length. */
record Cidr(Ip address, int prefix) {
  static @Nullable Cidr find(String text) {
    int slash = text.indexOf('/');
    Ip ip = slash < 0 ? null : Ip.find(text.substring(0, slash));
    String length = text.substring(slash + 1);
    if (ip == null || !length.matches("[0-9]{1,3}") || Integer.parseInt(length) > ip.bits()) {
      return null;
    }
    return new Cidr(ip, Integer.parseInt(length));
  }

  static Cidr parse(String text) {
    Cidr cidr = find(text);
    if (cidr == null) {
      throw new InvalidParameter("invalid CIDR address: " + text);
    }
    return cidr;
  }

  boolean isIpv6() {
    return address.isIpv6();
  }

  private BigInteger size() {
    return BigInteger.ONE.shiftLeft(address.bits() - prefix);
  }

  /** The lowest address. */
  Ip network() {
    return new Ip(address.number().andNot(size().subtract(BigInteger.ONE)), address.bits());
  }

  /** The highest address, which IPv4 uses for broadcasts. */
  Ip last() {
    return new Ip(network().number().add(size()).subtract(BigInteger.ONE), address.bits());
  }

  /** The same subnet with another address of it. */
  Cidr at(Ip other) {
    return new Cidr(other, prefix);
  }

  boolean contains(Ip other) {
    return other.bits() == address.bits()
        && other.compareTo(network()) >= 0
        && other.compareTo(last()) <= 0;
  }

  boolean contains(Cidr other) {
    return contains(other.network()) && contains(other.last());
  }

  boolean overlaps(Cidr other) {
    return contains(other.network()) || other.contains(network());
  }

  /** The first host's address; the only one there is in a subnet of one. */
  Ip first() {
    return address.bits() - prefix < 1 ? network() : network().plus(1);
  }

  /** The subnet: {@code 172.17.0.0/16}. */
  String subnet() {
    return network().text() + "/" + prefix;
  }

  /** The address with its prefix length: {@code 172.17.0.1/16}. */
  String text() {
    return address.text() + "/" + prefix;
  }
}
