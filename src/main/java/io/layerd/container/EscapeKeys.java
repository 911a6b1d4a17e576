package io.layerd.container;

import io.layerd.error.InvalidParameter;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Looks for the keys that detach a client in what it types. Used by one thread. */
final class EscapeKeys {
  private static final byte[] DEFAULT = {16, 17};

  private final byte[] keys;
  private int matched;

  private EscapeKeys(byte[] keys) {
    this.keys = keys;
  }

  /** Never detaches. */
  static EscapeKeys none() {
    return new EscapeKeys(new byte[0]);
  }

  /**
   * From {@code ctrl-p,ctrl-q} or single characters; null or empty is the default.
   *
   * @throws InvalidParameter {@code Invalid detach keys (X) provided}
   */
  static EscapeKeys parse(@Nullable String text) {
    if (text == null || text.isEmpty()) {
      return new EscapeKeys(DEFAULT);
    }
    String[] words = text.split(",", -1);
    byte[] keys = new byte[words.length];
    for (int i = 0; i < words.length; i++) {
      keys[i] = key(words[i], text);
    }
    return new EscapeKeys(keys);
  }

  private static byte key(String word, String all) {
    if (word.length() == 1) {
      return (byte) word.charAt(0);
    }
    String lower = word.toLowerCase(Locale.ROOT);
    if (lower.length() == 6 && lower.startsWith("ctrl-")) {
      char c = lower.charAt(5);
      if (c >= 'a' && c <= 'z') {
        return (byte) (c - 'a' + 1);
      }
      int place = "@[\\]^_".indexOf(c);
      if (place >= 0) {
        return (byte) (place == 0 ? 0 : 26 + place);
      }
    }
    throw new InvalidParameter("Invalid detach keys (" + all + ") provided");
  }

  /** What goes on to the process, and whether the keys were complete. */
  record Passed(byte[] data, boolean detached) {}

  Passed filter(byte[] data, int offset, int length) {
    if (keys.length == 0) {
      return new Passed(Arrays.copyOfRange(data, offset, offset + length), false);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream(length);
    for (int i = offset; i < offset + length; i++) {
      if (data[i] == keys[matched]) {
        matched++;
        if (matched == keys.length) {
          matched = 0;
          return new Passed(out.toByteArray(), true);
        }
        continue;
      }
      // Keys that were held back and did not lead anywhere are input after all.
      out.write(keys, 0, matched);
      matched = 0;
      if (data[i] == keys[0]) {
        matched = 1;
      } else {
        out.write(data[i]);
      }
    }
    return new Passed(out.toByteArray(), false);
  }
}
