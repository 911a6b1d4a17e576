package io.layerd.archive;

import io.layerd.error.InvalidParameter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The records of a pax extended header, {@code "<length> <key>=<value>\n"}. Keys are kept as
 * Latin-1 text, so that bytes survive; values are bytes. An empty value takes a record back.
 */
final class PaxRecords {
  static final PaxRecords NONE = new PaxRecords();

  private static final String XATTR = "SCHILY.xattr.";
  private static final long NANOS_MAX_SECONDS = Long.MAX_VALUE / 1_000_000_000L;

  private final Map<String, byte[]> records = new LinkedHashMap<>();

  /** GNU sparse format 0.0 repeats two keys; they end up here in order. */
  private final List<Long> sparsePairs = new ArrayList<>();

  static PaxRecords parse(byte[] b) {
    PaxRecords result = new PaxRecords();
    int at = 0;
    while (at < b.length) {
      at = result.parseRecord(b, at);
    }
    if (result.sparsePairs.size() % 2 != 0) {
      throw TarFormat.invalidHeader();
    }
    return result;
  }

  private int parseRecord(byte[] b, int at) {
    int space = indexOf(b, (byte) ' ', at, Math.min(b.length, at + 12));
    if (space <= at) {
      throw TarFormat.invalidHeader();
    }
    long length = number(b, at, space);
    long recordEnd = at + length;
    if (recordEnd > b.length || recordEnd <= space + 1 || b[(int) recordEnd - 1] != '\n') {
      throw TarFormat.invalidHeader();
    }
    int end = (int) recordEnd;
    int equals = indexOf(b, (byte) '=', space + 1, end - 1);
    if (equals < 0 || equals == space + 1) {
      throw TarFormat.invalidHeader();
    }
    String key = new String(b, space + 1, equals - space - 1, StandardCharsets.ISO_8859_1);
    byte[] value = Arrays.copyOfRange(b, equals + 1, end - 1);
    check(key, value);
    put(key, value);
    return end;
  }

  private void put(String key, byte[] value) {
    if (key.equals("GNU.sparse.offset") || key.equals("GNU.sparse.numbytes")) {
      boolean offset = key.equals("GNU.sparse.offset");
      if (offset != (sparsePairs.size() % 2 == 0)) {
        throw TarFormat.invalidHeader();
      }
      sparsePairs.add(number(value, 0, value.length));
      return;
    }
    records.put(key, value);
  }

  private static void check(String key, byte[] value) {
    boolean text =
        switch (key) {
          case "path", "linkpath", "uname", "gname" -> true;
          default -> false;
        };
    if (key.indexOf('\0') >= 0 || (text && indexOf(value, (byte) 0, 0, value.length) >= 0)) {
      throw TarFormat.invalidHeader();
    }
  }

  byte @Nullable [] bytes(String key) {
    byte[] value = records.get(key);
    return value == null || value.length == 0 ? null : value;
  }

  long number(String key, long otherwise) {
    byte[] value = bytes(key);
    return value == null ? otherwise : number(value, 0, value.length);
  }

  boolean has(String key, String value) {
    byte[] found = records.get(key);
    return found != null && new String(found, StandardCharsets.UTF_8).equals(value);
  }

  List<Long> sparsePairs() {
    return sparsePairs;
  }

  /** Extended attributes, name and value in turn. */
  byte[][] xattrs() {
    if (records.isEmpty()) {
      return NO_XATTRS;
    }
    List<byte[]> result = new ArrayList<>();
    records.forEach(
        (key, value) -> {
          if (key.startsWith(XATTR)) {
            result.add(key.substring(XATTR.length()).getBytes(StandardCharsets.ISO_8859_1));
            result.add(value);
          }
        });
    return result.toArray(NO_XATTRS);
  }

  private static final byte[][] NO_XATTRS = {};

  /** {@code [-]seconds[.fraction]} as {seconds, nanoseconds}, the fraction counting upwards. */
  static long[] time(byte[] value) {
    boolean negative = value.length > 0 && value[0] == '-';
    int dot = indexOf(value, (byte) '.', 0, value.length);
    int end = dot < 0 ? value.length : dot;
    long seconds = number(value, negative ? 1 : 0, end);
    long nanos = 0;
    int digits = 0;
    for (int i = end + 1; i < value.length; i++) {
      int digit = value[i] - '0';
      if (digit < 0 || digit > 9) {
        throw TarFormat.invalidHeader();
      }
      if (digits++ < 9) {
        nanos = nanos * 10 + digit;
      }
    }
    for (; digits < 9; digits++) {
      nanos *= 10;
    }
    if (!negative) {
      return new long[] {seconds, nanos};
    }
    return nanos == 0
        ? new long[] {-seconds, 0}
        : new long[] {-seconds - 1, 1_000_000_000L - nanos};
  }

  /** Times that do not fit 64 bits of nanoseconds become the epoch, as with dockerd. */
  static boolean representable(long seconds) {
    return seconds >= 0 && seconds < NANOS_MAX_SECONDS;
  }

  static long number(byte[] b, int from, int to) {
    if (from >= to || to - from > 19) {
      throw TarFormat.invalidHeader();
    }
    long value = 0;
    for (int i = from; i < to; i++) {
      int digit = b[i] - '0';
      if (digit < 0 || digit > 9) {
        throw TarFormat.invalidHeader();
      }
      value = value * 10 + digit;
    }
    if (value < 0) {
      throw new InvalidParameter("archive/tar: invalid tar header");
    }
    return value;
  }

  static int indexOf(byte[] b, byte wanted, int from, int to) {
    for (int i = from; i < to; i++) {
      if (b[i] == wanted) {
        return i;
      }
    }
    return -1;
  }
}
