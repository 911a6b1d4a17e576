package io.layerd.logs;

/** JSON strings as dockerd's log files have them. */
final class JsonText {
  private static final byte[] HEX =
      "0123456789abcdef".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

  private JsonText() {}

  /**
   * Writes bytes that should be UTF-8 as a JSON string. What is not UTF-8 becomes U+FFFD, byte by
   * byte; {@code <}, {@code >}, {@code &} and the two line separators of JavaScript are escaped.
   *
   * @param newline add a newline at the end of the string
   */
  static void quote(byte[] text, boolean newline, Bytes to) {
    to.write('"');
    int plain = 0;
    int i = 0;
    while (i < text.length) {
      int b = text[i] & 0xff;
      if (b < 0x80) {
        if (b >= 0x20 && b != '"' && b != '\\' && b != '<' && b != '>' && b != '&') {
          i++;
          continue;
        }
        to.write(text, plain, i - plain);
        escape(b, to);
        plain = ++i;
        continue;
      }
      int length = sequence(text, i);
      if (length == 0) {
        to.write(text, plain, i - plain);
        to.ascii("\\ufffd");
        plain = ++i;
      } else if (length == 3
          && b == 0xe2
          && (text[i + 1] & 0xff) == 0x80
          && (text[i + 2] & 0xfe) == 0xa8) {
        to.write(text, plain, i - plain);
        to.ascii((text[i + 2] & 1) == 0 ? "\\u2028" : "\\u2029");
        i += 3;
        plain = i;
      } else {
        i += length;
      }
    }
    to.write(text, plain, text.length - plain);
    to.ascii(newline ? "\\n\"" : "\"");
  }

  private static void escape(int b, Bytes to) {
    switch (b) {
      case '"' -> to.ascii("\\\"");
      case '\\' -> to.ascii("\\\\");
      case '\n' -> to.ascii("\\n");
      case '\r' -> to.ascii("\\r");
      default -> {
        to.ascii("\\u00");
        to.write(HEX[b >> 4]);
        to.write(HEX[b & 15]);
      }
    }
  }

  /** How many bytes the character there has; 0 if it is none. */
  private static int sequence(byte[] text, int at) {
    int first = text[at] & 0xff;
    int length = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
    if (length == 0 || at + length > text.length) {
      return 0;
    }
    int low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    int high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    int second = text[at + 1] & 0xff;
    if (second < low || second > high) {
      return 0;
    }
    for (int i = 2; i < length; i++) {
      if ((text[at + i] & 0xc0) != 0x80) {
        return 0;
      }
    }
    return length;
  }
}
