package io.layerd.api.rpc;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** {@code grpc-message}: UTF-8 in which all but printable ASCII is percent-encoded. */
final class StatusText {
  private StatusText() {}

  static String encode(String text) {
    StringBuilder encoded = new StringBuilder();
    for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
      if (each >= ' ' && each <= '~' && each != '%') {
        encoded.append((char) each);
      } else {
        encoded.append("%%%02X".formatted(each & 0xff));
      }
    }
    return encoded.toString();
  }

  static String decode(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      int value = c == '%' && i + 2 < text.length() ? hex(text.substring(i + 1, i + 3)) : -1;
      if (value >= 0) {
        bytes.write(value);
        i += 2;
      } else {
        bytes.write(c);
      }
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private static int hex(String digits) {
    try {
      return Integer.parseInt(digits, 16);
    } catch (NumberFormatException e) {
      return -1;
    }
  }
}
