package io.layerd.security;

import java.security.SecureRandom;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Pairs of categories, of which every container holds one of its own. */
final class Categories {
  static final int COUNT = 1024;

  /** There are half a million pairs; with all taken the last one drawn is shared. */
  private static final int DRAWS = 1 << 20;

  private final SecureRandom random = new SecureRandom();
  private final Set<String> taken = ConcurrentHashMap.newKeySet();

  /** Takes a level that nobody has: {@code s0:c12,c345}. */
  String take() {
    String level = draw();
    for (int i = 0; i < DRAWS && !taken.add(level); i++) {
      level = draw();
    }
    return level;
  }

  private String draw() {
    int first = random.nextInt(COUNT);
    int second = random.nextInt(COUNT - 1);
    second += second >= first ? 1 : 0;
    return "s0:c" + Math.min(first, second) + ",c" + Math.max(first, second);
  }

  /** Whether nobody had it. */
  boolean reserve(String level) {
    return level.isEmpty() || taken.add(level);
  }

  void release(String level) {
    taken.remove(level);
  }
}
