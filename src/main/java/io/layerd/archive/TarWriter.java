package io.layerd.archive;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes a tar as Go's archive/tar writes its PAX format: ustar headers, and an extended header
 * only for what does not fit one (long or non-ASCII names, large numbers, fractions of a second,
 * extended attributes). Not thread-safe.
 */
public final class TarWriter implements AutoCloseable {
  private static final byte[] ZEROS = new byte[2 * TarFormat.BLOCK];
  private static final int NAME = 100;
  private static final int PREFIX = 155;

  private final OutputStream out;
  private long contentLeft;
  private int padding;

  /** The stream is not closed with this. */
  public TarWriter(OutputStream out) {
    this.out = out;
  }

  /**
   * Begins an entry; as many bytes as it says must follow.
   *
   * @throws IllegalStateException if content of the entry before is missing
   */
  public void entry(TarEntry entry) throws IOException {
    endContent();
    byte[] records = records(entry);
    if (records.length > 0) {
      byte[] block = new byte[TarFormat.BLOCK];
      byte[] name = ascii(extendedName(entry.name()));
      put(block, 0, Arrays.copyOf(name, Math.min(name.length, NAME)));
      fill(block, TarHeader.PAX, 0, 0, 0, records.length, 0);
      out.write(sealed(block));
      out.write(records);
      out.write(ZEROS, 0, -records.length & TarFormat.BLOCK - 1);
    }
    out.write(header(entry));
    contentLeft = entry.sizeBytes();
    padding = (int) (-contentLeft & TarFormat.BLOCK - 1);
  }

  /** Writes an entry and all of its content. */
  public void entry(TarEntry entry, byte[] content) throws IOException {
    entry(entry);
    write(content, 0, content.length);
  }

  /** Writes content of the entry that was begun last. */
  public void write(byte[] bytes, int offset, int length) throws IOException {
    if (length > contentLeft) {
      throw new IllegalStateException("more content than the tar entry's header says");
    }
    out.write(bytes, offset, length);
    contentLeft -= length;
  }

  /** Writes the end mark and flushes. */
  public void finish() throws IOException {
    endContent();
    out.write(ZEROS);
    out.flush();
  }

  /** As {@link #finish}. */
  @Override
  public void close() throws IOException {
    finish();
  }

  private void endContent() throws IOException {
    if (contentLeft > 0) {
      throw new IllegalStateException("less content than the tar entry's header says");
    }
    out.write(ZEROS, 0, padding);
    padding = 0;
  }

  private static byte[] header(TarEntry e) {
    byte[] block = new byte[TarFormat.BLOCK];
    byte[] name = e.name();
    int split = isAscii(name) ? splitAt(name) : 0;
    if (split > 0) {
      put(block, 345, Arrays.copyOf(name, split));
      put(block, 0, Arrays.copyOfRange(name, split + 1, name.length));
    } else {
      byte[] shown = ascii(name);
      put(block, 0, Arrays.copyOf(shown, Math.min(shown.length, NAME)));
    }
    byte[] link = ascii(e.linkName());
    put(block, 157, Arrays.copyOf(link, Math.min(link.length, NAME)));
    long uid = Integer.toUnsignedLong(e.uid());
    long gid = Integer.toUnsignedLong(e.gid());
    fill(block, (byte) e.type(), e.mode(), uid, gid, e.sizeBytes(), e.mtimeSeconds());
    number(block, 329, 8, e.major());
    number(block, 337, 8, e.minor());
    return sealed(block);
  }

  private static void fill(
      byte[] block, byte type, int mode, long uid, long gid, long size, long mtime) {
    number(block, 100, 8, mode);
    number(block, 108, 8, fits(uid, 8) ? uid : 0);
    number(block, 116, 8, fits(gid, 8) ? gid : 0);
    number(block, 124, 12, fits(size, 12) ? size : 0);
    number(block, 136, 12, fits(mtime, 12) ? mtime : 0);
    block[156] = type;
    put(block, 257, new byte[] {'u', 's', 't', 'a', 'r', 0, '0', '0'});
    number(block, 329, 8, 0);
    number(block, 337, 8, 0);
  }

  private static byte[] sealed(byte[] block) {
    int sum = 8 * ' ';
    for (byte b : block) {
      sum += b & 0xff;
    }
    number(block, 148, 7, sum);
    block[155] = ' ';
    return block;
  }

  private static byte[] records(TarEntry e) {
    ByteArrayOutputStream records = new ByteArrayOutputStream();
    long uid = Integer.toUnsignedLong(e.uid());
    long gid = Integer.toUnsignedLong(e.gid());
    // in the order of their keys, as Go sorts them
    for (TarEntry.Xattr xattr : e.xattrs()) {
      record(records, concat("SCHILY.xattr.", xattr.name()), xattr.value());
    }
    if (!fits(gid, 8)) {
      record(records, "gid", Long.toString(gid));
    }
    if (!isAscii(e.linkName()) || e.linkName().length > NAME) {
      record(records, TarNames.bytes("linkpath"), e.linkName());
    }
    if (e.mtimeNanos() != 0 || !fits(e.mtimeSeconds(), 12)) {
      record(records, "mtime", time(e.mtimeSeconds(), e.mtimeNanos()));
    }
    if (!isAscii(e.name()) || (e.name().length > NAME && splitAt(e.name()) == 0)) {
      record(records, TarNames.bytes("path"), e.name());
    }
    if (!fits(e.sizeBytes(), 12)) {
      record(records, "size", Long.toString(e.sizeBytes()));
    }
    if (!fits(uid, 8)) {
      record(records, "uid", Long.toString(uid));
    }
    return records.toByteArray();
  }

  private static byte[] concat(String prefix, byte[] rest) {
    byte[] start = TarNames.bytes(prefix);
    byte[] whole = Arrays.copyOf(start, start.length + rest.length);
    put(whole, start.length, rest);
    return whole;
  }

  private static String time(long seconds, int nanos) {
    if (nanos == 0) {
      return Long.toString(seconds);
    }
    boolean negative = seconds < 0;
    long whole = negative ? -seconds - 1 : seconds;
    int part = negative ? 1_000_000_000 - nanos : nanos;
    String text = String.format("%s%d.%09d", negative ? "-" : "", whole, part);
    return text.replaceAll("0+$", "");
  }

  private static void record(ByteArrayOutputStream out, String key, String value) {
    record(out, TarNames.bytes(key), TarNames.bytes(value));
  }

  private static void record(ByteArrayOutputStream out, byte[] key, byte[] value) {
    int rest = key.length + value.length + 3;
    int length = rest + Integer.toString(rest).length();
    if (Integer.toString(length).length() > Integer.toString(rest).length()) {
      length++; // its own digits make it one digit longer
    }
    out.writeBytes(TarNames.bytes(length + " "));
    out.writeBytes(key);
    out.write('=');
    out.writeBytes(value);
    out.write('\n');
  }

  /** Where a long name is cut into prefix and name; 0 if it need not or cannot be. */
  private static int splitAt(byte[] name) {
    if (name.length <= NAME) {
      return 0;
    }
    int from = Math.min(name.length - 1, PREFIX + 1);
    if (from == name.length - 1 && name[from] == '/') {
      from--;
    }
    int slash = TarNames.lastSlash(name, Math.min(from, PREFIX + 1));
    boolean good = slash > 0 && name.length - slash - 1 <= NAME && name.length - slash - 1 > 0;
    return good ? slash : 0;
  }

  private static byte[] extendedName(byte[] name) {
    byte[] clean = name;
    while (clean.length > 1 && clean[clean.length - 1] == '/') {
      clean = Arrays.copyOf(clean, clean.length - 1);
    }
    byte[] inside = TarNames.join(TarNames.bytes("PaxHeaders.0"), TarNames.base(clean));
    return TarNames.join(TarNames.parent(clean), inside);
  }

  private static boolean isAscii(byte[] name) {
    for (byte b : name) {
      if (b <= 0) {
        return false;
      }
    }
    return true;
  }

  private static byte[] ascii(byte[] name) {
    if (isAscii(name)) {
      return name;
    }
    byte[] kept = new byte[name.length];
    int length = 0;
    for (byte b : name) {
      if (b > 0) {
        kept[length++] = b;
      }
    }
    return Arrays.copyOf(kept, length);
  }

  private static boolean fits(long value, int field) {
    return value >= 0 && value < 1L << 3 * (field - 1);
  }

  /** An octal field; base 256 where it does not fit, which only device numbers need. */
  private static void number(byte[] block, int at, int length, long value) {
    if (!fits(value, length)) {
      long rest = value;
      for (int i = at + length - 1; i > at; i--) {
        block[i] = (byte) rest;
        rest >>= 8;
      }
      block[at] = (byte) 0x80;
      return;
    }
    String octal = Long.toOctalString(value);
    Arrays.fill(block, at, at + length - 1, (byte) '0');
    byte[] digits = octal.getBytes(StandardCharsets.US_ASCII);
    put(block, at + length - 1 - digits.length, digits);
    block[at + length - 1] = 0;
  }

  private static void put(byte[] block, int at, byte[] value) {
    System.arraycopy(value, 0, block, at, value.length);
  }
}
