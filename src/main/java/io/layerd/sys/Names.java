package io.layerd.sys;

import java.nio.charset.StandardCharsets;

/** Names for people. */
final class Names {
  private Names() {}

  static String describe(int dirFd, byte[] path) {
    if (path.length == 0) {
      return "descriptor " + dirFd;
    }
    return new String(path, StandardCharsets.UTF_8);
  }
}
