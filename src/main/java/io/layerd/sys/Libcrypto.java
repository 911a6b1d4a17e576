package io.layerd.sys;

import com.kenai.jffi.Library;
import java.util.HexFormat;

/**
 * SHA-256 of the host's OpenSSL 3, which uses what the processor has for it; a native executable of
 * Java does not. An older OpenSSL is left alone: it ends the process when a host wants FIPS.
 */
final class Libcrypto {
  private static final String NAME = "libcrypto.so.3";

  /** {@code sizeof(SHA256_CTX)}, the same since OpenSSL 0.9.8: {@code openssl/sha.h}. */
  static final int STATE_BYTES = 112;

  static final int DIGEST_BYTES = 32;

  private static final String OF_NOTHING =
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

  private static final Library LIBRARY =
      Library.getCachedInstance(NAME, Library.LAZY | Library.LOCAL);
  private static final long INIT = function("SHA256_Init");
  private static final long UPDATE = function("SHA256_Update");
  private static final long FINAL = function("SHA256_Final");
  private static final boolean USABLE = INIT != 0 && UPDATE != 0 && FINAL != 0 && answersRight();

  private Libcrypto() {}

  private static long function(String name) {
    return LIBRARY == null ? 0 : LIBRARY.getSymbolAddress(name);
  }

  private static boolean answersRight() {
    byte[] digest = digest(begin());
    return HexFormat.of().formatHex(digest).equals(OF_NOTHING);
  }

  /** Whether this host has the library. */
  static boolean usable() {
    return USABLE;
  }

  /** The state of a hash of nothing yet. */
  static byte[] begin() {
    try (Scratch scratch = Scratch.take()) {
      long state = scratch.reserveZeroed(STATE_BYTES);
      Libc.call(INIT, state);
      return scratch.copy(state, STATE_BYTES);
    }
  }

  /** Takes more bytes into a state. */
  static void update(byte[] state, byte[] bytes, int offset, int length) {
    try (Scratch scratch = Scratch.take()) {
      long at = scratch.bytes(state);
      int most = Math.min(length, Scratch.BLOCK_BYTES - STATE_BYTES);
      long piece = scratch.reserve(most);
      for (int done = 0; done < length; ) {
        int now = Math.min(most, length - done);
        scratch.put(piece, bytes, offset + done, now);
        Libc.call(UPDATE, at, piece, now);
        done += now;
      }
      scratch.get(at, state);
    }
  }

  /** The hash of all that a state has taken; the state is of no use afterwards. */
  static byte[] digest(byte[] state) {
    try (Scratch scratch = Scratch.take()) {
      long at = scratch.bytes(state);
      long digest = scratch.reserve(DIGEST_BYTES);
      Libc.call(FINAL, digest, at);
      return scratch.copy(digest, DIGEST_BYTES);
    }
  }
}
