package io.layerd.archive;

import java.security.SecureRandom;

/**
 * Paths seen in one tar, kept as 128-bit hashes: 16 bytes each however long the names. Seeded at
 * random, so that no tar can be made to collide.
 */
final class PathSet {
  private static final SecureRandom RANDOM = new SecureRandom();

  private final long seed1 = RANDOM.nextLong() | 1;
  private final long seed2 = RANDOM.nextLong() | 1;
  private long[] table = new long[512];
  private int size;

  /** Adds a path; false if it was there. */
  boolean add(byte[] path) {
    if (4 * (size + 1) > table.length) {
      grow();
    }
    long high = hash(path, seed1) | 1;
    int slot = slot(table, high, hash(path, seed2));
    if (table[slot] != 0) {
      return false;
    }
    table[slot] = high;
    table[slot + 1] = hash(path, seed2);
    size++;
    return true;
  }

  boolean contains(byte[] path) {
    return table[slot(table, hash(path, seed1) | 1, hash(path, seed2))] != 0;
  }

  /** The slot of the pair, or the free one where it would go. */
  private static int slot(long[] table, long high, long low) {
    int mask = table.length - 1;
    int slot = (int) (low >>> 7 << 1) & mask;
    while (table[slot] != 0 && !(table[slot] == high && table[slot + 1] == low)) {
      slot = slot + 2 & mask;
    }
    return slot;
  }

  private void grow() {
    long[] old = table;
    long[] bigger = new long[2 * old.length];
    for (int i = 0; i < old.length; i += 2) {
      if (old[i] != 0) {
        int slot = slot(bigger, old[i], old[i + 1]);
        bigger[slot] = old[i];
        bigger[slot + 1] = old[i + 1];
      }
    }
    table = bigger;
  }

  /** Multiply and fold, seeded; not cryptographic, but the seed is secret and fresh. */
  private static long hash(byte[] path, long seed) {
    long h = seed;
    for (byte b : path) {
      h = (h ^ (b & 0xff)) * 0x9E3779B97F4A7C15L;
      h ^= Long.rotateRight(h, 29) ^ seed;
    }
    return h ^ Math.multiplyHigh(h, seed) ^ path.length;
  }
}
