package io.layerd.network.dns;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A query as it came in (RFC 1035, section 4).
 *
 * @param message all of it
 * @param name without the last dot, labels joined by dots
 * @param end offset behind the question
 * @param maxBytes the largest answer the client takes in one datagram
 */
record Question(byte[] message, String name, int type, int end, int maxBytes) {
  static final int A = 1;
  static final int PTR = 12;
  static final int AAAA = 28;
  private static final int OPT = 41;
  private static final int IN = 1;
  private static final int HEADER_BYTES = 12;
  private static final int CLASSIC_BYTES = 512;

  /** Null for what is not one plain question about the Internet: that is for others to answer. */
  static @Nullable Question parse(byte[] message) {
    try {
      ByteBuffer in = ByteBuffer.wrap(message);
      int flags = in.getShort(2) & 0xffff;
      boolean plainQuery = (flags & 0xf800) == 0;
      if (!plainQuery || in.getShort(4) != 1 || in.getShort(6) != 0) {
        return null;
      }
      in.position(HEADER_BYTES);
      String name = name(in);
      int type = in.getShort() & 0xffff;
      int kind = in.getShort() & 0xffff;
      if (name == null || kind != IN) {
        return null;
      }
      return new Question(message, name, type, in.position(), maxBytes(in));
    } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
      return null;
    }
  }

  private static @Nullable String name(ByteBuffer in) {
    StringBuilder name = new StringBuilder();
    for (int length = in.get(); length != 0; length = in.get()) {
      if (length < 0 || length > 63 || name.length() + length > 254) {
        return null;
      }
      byte[] label = new byte[length];
      in.get(label);
      name.append(name.isEmpty() ? "" : ".").append(new String(label, StandardCharsets.ISO_8859_1));
    }
    return name.toString();
  }

  /** EDNS (RFC 6891) says it in the class of an OPT record, which stands first if it is alone. */
  private static int maxBytes(ByteBuffer in) {
    boolean extended =
        in.getShort(10) == 1
            && in.remaining() >= 11
            && in.get() == 0
            && (in.getShort() & 0xffff) == OPT;
    return extended ? Math.max(CLASSIC_BYTES, in.getShort() & 0xffff) : CLASSIC_BYTES;
  }

  /** The header and the question, as an answer begins. */
  byte[] head() {
    return Arrays.copyOf(message, end);
  }
}
