package io.layerd.archive;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Builds tars byte by byte, well-formed or not. */
final class TarBytes {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private int uid;
  private int gid;
  private long mtime = 1_700_000_000L;
  private String magic = "ustar\00000";

  TarBytes owner(int uid, int gid) {
    this.uid = uid;
    this.gid = gid;
    return this;
  }

  TarBytes mtime(long seconds) {
    mtime = seconds;
    return this;
  }

  TarBytes gnu() {
    magic = "ustar  \0";
    return this;
  }

  TarBytes v7() {
    magic = "\0\0\0\0\0\0\0\0";
    return this;
  }

  TarBytes file(String name, String content) {
    return file(name, 0644, bytes(content));
  }

  TarBytes file(String name, int mode, byte[] content) {
    return entry('0', bytes(name), "", mode, content);
  }

  TarBytes directory(String name, int mode) {
    return entry('5', bytes(name), "", mode, new byte[0]);
  }

  TarBytes symlink(String name, String target) {
    return entry('2', bytes(name), target, 0777, new byte[0]);
  }

  TarBytes hardLink(String name, String target) {
    return entry('1', bytes(name), target, 0644, new byte[0]);
  }

  /** Records as {@code key=value}; the length is put in front. */
  TarBytes pax(String... records) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (String record : records) {
      body.writeBytes(record(bytes(record)));
    }
    return entry('x', bytes("PaxHeaders/x"), "", 0644, body.toByteArray());
  }

  static byte[] record(byte[] keyAndValue) {
    int length = keyAndValue.length + 3;
    while (length != keyAndValue.length + 2 + Integer.toString(length).length()) {
      length++;
    }
    ByteArrayOutputStream record = new ByteArrayOutputStream();
    record.writeBytes(bytes(length + " "));
    record.writeBytes(keyAndValue);
    record.write('\n');
    return record.toByteArray();
  }

  TarBytes entry(char type, byte[] name, String link, int mode, byte[] content) {
    return header(header(type, name, link, mode, content.length)).content(content);
  }

  TarBytes header(byte[] header) {
    out.writeBytes(sealed(header));
    return this;
  }

  TarBytes content(byte[] content) {
    out.writeBytes(content);
    out.writeBytes(new byte[-content.length & 511]);
    return this;
  }

  byte[] header(char type, byte[] name, String link, int mode, long size) {
    byte[] h = new byte[512];
    put(h, 0, Arrays.copyOf(name, Math.min(100, name.length)));
    octal(h, 100, 7, mode);
    octal(h, 108, 7, uid);
    octal(h, 116, 7, gid);
    octal(h, 124, 11, size);
    octal(h, 136, 11, mtime);
    h[156] = (byte) type;
    put(h, 157, bytes(link));
    put(h, 257, magic.getBytes(StandardCharsets.ISO_8859_1));
    return h;
  }

  static void octal(byte[] h, int at, int digits, long value) {
    String text = Long.toOctalString(value);
    put(h, at, bytes("0".repeat(Math.max(0, digits - text.length())) + text));
  }

  static void put(byte[] h, int at, byte[] value) {
    System.arraycopy(value, 0, h, at, value.length);
  }

  static byte[] sealed(byte[] header) {
    byte[] h = header.clone();
    Arrays.fill(h, 148, 156, (byte) ' ');
    int sum = 0;
    for (byte b : h) {
      sum += b & 0xff;
    }
    octal(h, 148, 6, sum);
    h[154] = 0;
    return h;
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Without the end mark. */
  byte[] open() {
    return out.toByteArray();
  }

  byte[] end() {
    return Arrays.copyOf(out.toByteArray(), out.size() + 1024);
  }
}
