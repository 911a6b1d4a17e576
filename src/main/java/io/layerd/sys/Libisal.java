package io.layerd.sys;

import com.kenai.jffi.Library;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.DataFormatException;

/**
 * Inflating by the host's ISA-L, which uses what the processor has for it: {@code igzip_lib.h} of
 * version 2.
 */
final class Libisal {
  private static final String NAME = "libisal.so.2";

  /** A member's body of 29 bytes, and one whose sum is wrong. */
  private static final byte[] KNOWN =
      HexFormat.of().parseHex("cb49ac4c2d2a5648cc4b51c8416772010044eb8ef41d000000");

  private static final String CONTENT = "layers and layers and layers\n";

  private static final Library LIBRARY =
      Library.getCachedInstance(NAME, Library.LAZY | Library.LOCAL);
  static final long INIT = function("isal_inflate_init");
  static final long RESET = function("isal_inflate_reset");
  static final long INFLATE = function("isal_inflate");
  private static final boolean USABLE =
      INIT != 0 && RESET != 0 && INFLATE != 0 && answersRight() && noticesDamage();

  private Libisal() {}

  private static long function(String name) {
    return LIBRARY == null ? 0 : LIBRARY.getSymbolAddress(name);
  }

  /** Whether this host has the library, and what it works on looks as it is known to. */
  static boolean usable() {
    return USABLE;
  }

  private static boolean answersRight() {
    try {
      return inflate(KNOWN).equals(CONTENT);
    } catch (DataFormatException e) {
      return false;
    }
  }

  private static boolean noticesDamage() {
    byte[] damaged = KNOWN.clone();
    damaged[damaged.length - 5] ^= 1;
    try {
      return inflate(damaged).isEmpty();
    } catch (Inflation.WrongSum e) {
      return true;
    } catch (DataFormatException e) {
      return false;
    }
  }

  /** In pieces, so that each state of the library is seen once; bytes of no member follow. */
  private static String inflate(byte[] body) throws DataFormatException {
    byte[] input = Arrays.copyOf(body, body.length + 3);
    byte[] output = new byte[CONTENT.length() + 1];
    int length = 0;
    try (Inflation inflation = new IsalInflation()) {
      inflation.begin();
      for (int at = 0; at < input.length && !inflation.ended(); at += 7) {
        int piece = Math.min(7, input.length - at);
        inflation.input(input, at, piece);
        for (int n = 1; n > 0; length += n) {
          n = inflation.inflate(output, length, Math.min(3, output.length - length));
        }
        if (inflation.ended() && at + piece - inflation.remaining() != body.length) {
          return "";
        }
      }
      return inflation.ended()
          ? new String(output, 0, length, java.nio.charset.StandardCharsets.US_ASCII)
          : "";
    }
  }
}
