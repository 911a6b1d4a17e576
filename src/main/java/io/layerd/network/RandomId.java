package io.layerd.network;

import java.security.SecureRandom;
import java.util.HexFormat;

/** Ids and addresses no one else has. */
final class RandomId {
  private RandomId() {}

  /** 64 hexadecimal digits. */
  static String hex64() {
    byte[] bytes = new byte[32];
    new SecureRandom().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  /** A locally administered unicast MAC address. */
  static String mac() {
    byte[] bytes = new byte[6];
    new SecureRandom().nextBytes(bytes);
    bytes[0] = (byte) (bytes[0] & 0xfe | 0x02);
    return HexFormat.ofDelimiter(":").formatHex(bytes);
  }
}
