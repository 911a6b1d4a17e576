package io.layerd.archive;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Names in tars, as bytes. */
final class TarNames {
  static final byte[] EMPTY = {};

  private TarNames() {}

  /**
   * The name without {@code .}, empty components, and leading and trailing slashes, and with {@code
   * x/..} taken out; empty for the root itself.
   *
   * @return null if the name climbs out of the root
   */
  static byte @Nullable [] clean(byte[] name) {
    if (isClean(name)) {
      return name;
    }
    byte[] out = new byte[name.length];
    int length = 0;
    int from = 0;
    while (from < name.length) {
      int slash = PaxRecords.indexOf(name, (byte) '/', from, name.length);
      int end = slash < 0 ? name.length : slash;
      int size = end - from;
      if (size == 2 && name[from] == '.' && name[from + 1] == '.') {
        if (length == 0) {
          return null;
        }
        int cut = lastSlash(out, length);
        length = Math.max(cut, 0);
      } else if (size > 1 || (size == 1 && name[from] != '.')) {
        if (length > 0) {
          out[length++] = '/';
        }
        System.arraycopy(name, from, out, length, size);
        length += size;
      }
      from = end + 1;
    }
    return Arrays.copyOf(out, length);
  }

  private static boolean isClean(byte[] name) {
    if (name.length == 0 || name[name.length - 1] == '/') {
      return false;
    }
    byte before = '/';
    for (byte b : name) {
      if (before == '/' && (b == '/' || b == '.')) {
        return false;
      }
      before = b;
    }
    return true;
  }

  static int lastSlash(byte[] name, int length) {
    int i = length - 1;
    while (i >= 0 && name[i] != '/') {
      i--;
    }
    return i;
  }

  /** The part before the last slash; empty if there is none. */
  static byte[] parent(byte[] name) {
    return Arrays.copyOf(name, Math.max(0, lastSlash(name, name.length)));
  }

  /** The part after the last slash. */
  static byte[] base(byte[] name) {
    int slash = lastSlash(name, name.length);
    return slash < 0 ? name : Arrays.copyOfRange(name, slash + 1, name.length);
  }

  static byte[] join(byte[] parent, byte[] base) {
    if (parent.length == 0) {
      return base;
    }
    if (parent.length == 1 && parent[0] == '/') {
      return rooted(base);
    }
    byte[] joined = Arrays.copyOf(parent, parent.length + 1 + base.length);
    joined[parent.length] = '/';
    System.arraycopy(base, 0, joined, parent.length + 1, base.length);
    return joined;
  }

  private static byte[] rooted(byte[] base) {
    byte[] joined = new byte[1 + base.length];
    joined[0] = '/';
    System.arraycopy(base, 0, joined, 1, base.length);
    return joined;
  }

  static boolean startsWith(byte[] name, byte[] prefix) {
    return name.length >= prefix.length
        && Arrays.equals(name, 0, prefix.length, prefix, 0, prefix.length);
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** For messages. */
  static String text(byte[] name) {
    return new String(name, StandardCharsets.UTF_8);
  }

  /** For messages, in double quotes as Go's %q shows it. */
  static String quoted(byte[] name) {
    StringBuilder out = new StringBuilder("\"");
    for (char c : text(name).toCharArray()) {
      switch (c) {
        case '"', '\\' -> out.append('\\').append(c);
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < 0x20 || c == 0x7f) {
            out.append(String.format("\\x%02x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    return out.append('"').toString();
  }
}
