package io.layerd.durable;

import java.util.concurrent.ThreadLocalRandom;

/** Names that nobody else has; O_EXCL and mkdir catch the rest. */
final class RandomNames {
  private RandomNames() {}

  static String suffix() {
    return Long.toUnsignedString(ThreadLocalRandom.current().nextLong());
  }
}
