package io.layerd.graph.overlay2;

import java.security.SecureRandom;
import java.util.regex.Pattern;

/** Short names of layers, so that 128 of them fit one page of mount options. */
final class LinkId {
  private static final int LENGTH = 26;
  private static final char[] ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".toCharArray();
  private static final Pattern FORM = Pattern.compile("[A-Z2-7]{26}");
  private static final SecureRandom RANDOM = new SecureRandom();

  private LinkId() {}

  /** 130 random bits in base32 (RFC 4648). */
  static String random() {
    byte[] bytes = new byte[LENGTH];
    RANDOM.nextBytes(bytes);
    char[] id = new char[LENGTH];
    for (int i = 0; i < LENGTH; i++) {
      id[i] = ALPHABET[bytes[i] & 31];
    }
    return new String(id);
  }

  static boolean isWellFormed(String id) {
    return FORM.matcher(id).matches();
  }
}
