package io.layerd.api;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Paths with one spelling each. Whoever decides by a path and whoever serves it must not read it
 * differently: as in Go, {@code %2f} is a slash, and {@code %6a} a j.
 */
public final class PathText {
  private static final String PLAIN = "-_.~!$&'()*+,=:@/";

  private PathText() {}

  /**
   * Percent signs only where they are needed, after the path was decoded.
   *
   * @return null if it cannot be decoded
   */
  static @Nullable String canonical(String raw) {
    if (raw.indexOf('%') < 0) {
      return raw;
    }
    String decoded = decode(raw);
    return decoded == null ? null : encode(decoded);
  }

  /**
   * A name with slashes, which a link gives a container ({@code /containers/web/db/json}), as one
   * part of the path.
   */
  public static String joinName(String path) {
    String start = "/containers/";
    int second = path.indexOf('/', start.length());
    if (second < 0 || !path.startsWith(start)) {
      return path;
    }
    String rest = path.substring(start.length());
    if (rest.contains("/checkpoints/")) {
      return path;
    }
    String verb = RouteTemplate.verb(rest);
    String name = rest.substring(0, rest.length() - verb.length());
    return start + name.replace("/", "%2F") + verb;
  }

  /** Null for what is no UTF-8 behind percent signs, or a percent sign alone. */
  public static @Nullable String decode(String raw) {
    if (raw.indexOf('%') < 0) {
      return raw;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(raw.length());
    for (int at = 0; at < raw.length(); at++) {
      char c = raw.charAt(at);
      if (c != '%') {
        bytes.writeBytes(String.valueOf(c).getBytes(StandardCharsets.UTF_8));
        continue;
      }
      int high = at + 2 < raw.length() ? Character.digit(raw.charAt(at + 1), 16) : -1;
      int low = high < 0 ? -1 : Character.digit(raw.charAt(at + 2), 16);
      if (low < 0) {
        return null;
      }
      bytes.write(high << 4 | low);
      at += 2;
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes.toByteArray()))
          .toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  /** For a path. */
  public static String encode(String decoded) {
    StringBuilder text = new StringBuilder();
    for (byte one : decoded.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (one & 0xff);
      boolean plain =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || PLAIN.indexOf(c) >= 0;
      if (plain) {
        text.append(c);
      } else {
        text.append('%').append(Character.toUpperCase(Character.forDigit(c >> 4, 16)));
        text.append(Character.toUpperCase(Character.forDigit(c & 15, 16)));
      }
    }
    return text.toString();
  }
}
