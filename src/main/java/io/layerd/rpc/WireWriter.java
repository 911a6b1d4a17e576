package io.layerd.rpc;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;

/** A message to be sent, field by field (protobuf encoding guide). Defaults are left out. */
public final class WireWriter {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private void varint(long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      out.write((int) (rest & 0x7f | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
  }

  private void tag(int field, int kind) {
    varint((long) field << 3 | kind);
  }

  public WireWriter number(int field, long value) {
    if (value != 0) {
      tag(field, WireMessage.VARINT);
      varint(value);
    }
    return this;
  }

  public WireWriter flag(int field, boolean value) {
    return number(field, value ? 1 : 0);
  }

  public WireWriter text(int field, String value) {
    return bytes(field, value.getBytes(StandardCharsets.UTF_8));
  }

  public WireWriter bytes(int field, byte[] value) {
    return value.length == 0 ? this : element(field, value);
  }

  /** One element of a repeated field: it counts even if it is empty. */
  public WireWriter element(int field, byte[] value) {
    tag(field, WireMessage.BYTES);
    varint(value.length);
    out.writeBytes(value);
    return this;
  }

  public WireWriter texts(int field, Iterable<String> values) {
    values.forEach(value -> element(field, value.getBytes(StandardCharsets.UTF_8)));
    return this;
  }

  public WireWriter message(int field, WireWriter value) {
    return element(field, value.toBytes());
  }

  public WireWriter map(int field, Map<String, String> values) {
    values.forEach((key, value) -> message(field, new WireWriter().text(1, key).text(2, value)));
    return this;
  }

  public WireWriter bytesMap(int field, Map<String, byte[]> values) {
    values.forEach((key, value) -> message(field, new WireWriter().text(1, key).bytes(2, value)));
    return this;
  }

  /** A {@code google.protobuf.Timestamp}. */
  public WireWriter time(int field, Instant value) {
    return message(
        field, new WireWriter().number(1, value.getEpochSecond()).number(2, value.getNano()));
  }

  public byte[] toBytes() {
    return out.toByteArray();
  }
}
