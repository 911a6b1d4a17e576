package io.layerd.daemon;

import io.netty.util.NetUtil;

/** IP addresses as text; never asks a name server. */
final class IpLiteral {
  private IpLiteral() {}

  static boolean valid(String text) {
    return NetUtil.isValidIpV4Address(text) || NetUtil.isValidIpV6Address(text);
  }
}
