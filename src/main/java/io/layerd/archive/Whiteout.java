package io.layerd.archive;

import io.layerd.error.InvalidParameter;
import java.util.Arrays;

/** Names that stand for deletions. OCI image-spec, layer.md, "Whiteouts". */
final class Whiteout {
  static final byte[] PREFIX = TarNames.bytes(".wh.");
  static final byte[] OPAQUE = TarNames.bytes(".wh..wh..opq");
  static final byte[] OPAQUE_XATTR = TarNames.bytes("trusted.overlay.opaque");
  private static final byte[] META_PREFIX = TarNames.bytes(".wh..wh.");

  private Whiteout() {}

  static boolean is(byte[] base) {
    return TarNames.startsWith(base, PREFIX);
  }

  static boolean isOpaque(byte[] base) {
    return Arrays.equals(base, OPAQUE);
  }

  /** Bookkeeping of aufs that some old layers carry. */
  static boolean isMeta(byte[] base) {
    return TarNames.startsWith(base, META_PREFIX);
  }

  /** The name that is deleted. */
  static byte[] original(byte[] base, byte[] whole) {
    byte[] name = Arrays.copyOfRange(base, PREFIX.length, base.length);
    boolean dots = name.length <= 2;
    for (byte b : name) {
      dots &= b == '.';
    }
    if (dots) {
      throw new InvalidParameter("invalid whiteout entry " + TarNames.quoted(whole));
    }
    return name;
  }
}
