package io.layerd.registry;

import io.layerd.error.InvalidParameter;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/** A block of addresses, {@code 10.0.0.0/8}. */
record Cidr(InetAddress network, int bits) {
  private static final Pattern BLOCK = Pattern.compile("[0-9a-fA-F.:]+/[0-9]{1,3}");
  private static final Pattern LITERAL =
      Pattern.compile("[0-9.]+|\\[?[0-9a-fA-F:.]*:[0-9a-fA-F:.]*\\]?");

  static boolean isBlock(String text) {
    return BLOCK.matcher(text).matches();
  }

  static Cidr parse(String text) {
    int slash = text.indexOf('/');
    try {
      InetAddress network = InetAddress.getByName(text.substring(0, slash));
      return new Cidr(network, Integer.parseInt(text.substring(slash + 1)));
    } catch (UnknownHostException e) {
      throw new InvalidParameter("invalid CIDR address: " + text, e);
    }
  }

  boolean contains(InetAddress address) {
    byte[] left = network.getAddress();
    byte[] right = address.getAddress();
    if (left.length != right.length) {
      return false;
    }
    for (int i = 0; i < left.length; i++) {
      int kept = Math.clamp(bits - 8L * i, 0, 8);
      int mask = 0xff << (8 - kept) & 0xff;
      if ((left[i] & mask) != (right[i] & mask)) {
        return false;
      }
    }
    return true;
  }

  /** Whether a host that is written as an address lies in the block; names do not. */
  boolean containsLiteral(String host) {
    try {
      return LITERAL.matcher(host).matches() && contains(InetAddress.getByName(host));
    } catch (UnknownHostException e) {
      return false;
    }
  }
}
