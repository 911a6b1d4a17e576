package io.layerd.rpc;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A message that was received, by field numbers (protobuf encoding guide). What is absent has
 * proto3's default; unknown fields do no harm.
 */
public final class WireMessage {
  static final int VARINT = 0;
  static final int FIXED64 = 1;
  static final int BYTES = 2;
  static final int FIXED32 = 5;

  private final Map<Integer, List<Object>> fields = new TreeMap<>();
  private final byte[] source;
  private int at;
  private final int end;

  private WireMessage(byte[] source, int from, int to) throws RpcException {
    this.source = source;
    at = from;
    end = to;
    while (at < end) {
      field();
    }
  }

  /**
   * @throws RpcException if it is malformed
   */
  public static WireMessage parse(byte[] bytes) throws RpcException {
    return new WireMessage(bytes, 0, bytes.length);
  }

  private void field() throws RpcException {
    long tag = varint();
    int number = (int) (tag >>> 3);
    Object value =
        switch ((int) tag & 7) {
          case VARINT -> varint();
          case FIXED64 -> fixed(8);
          case FIXED32 -> fixed(4);
          case BYTES -> slice();
          default -> throw malformed();
        };
    if (number <= 0 || tag >>> 32 != 0) {
      throw malformed();
    }
    fields.computeIfAbsent(number, _ -> new ArrayList<>(1)).add(value);
  }

  private static RpcException malformed() {
    return new RpcException(RpcException.INTERNAL, "malformed message");
  }

  private long varint() throws RpcException {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (at >= end) {
        throw malformed();
      }
      byte next = source[at++];
      value |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw malformed();
  }

  private Long fixed(int length) throws RpcException {
    if (end - at < length) {
      throw malformed();
    }
    long value = 0;
    for (int i = 0; i < length; i++) {
      value |= (source[at++] & 0xffL) << (8 * i);
    }
    return value;
  }

  private byte[] slice() throws RpcException {
    long length = varint();
    if (length < 0 || length > end - at) {
      throw malformed();
    }
    byte[] bytes = java.util.Arrays.copyOfRange(source, at, at + (int) length);
    at += (int) length;
    return bytes;
  }

  private @Nullable Object last(int field) {
    List<Object> values = fields.get(field);
    return values == null ? null : values.getLast();
  }

  /** A number of any kind; zero if absent. */
  public long number(int field) {
    return last(field) instanceof Long value ? value : 0;
  }

  public boolean flag(int field) {
    return number(field) != 0;
  }

  /** Empty if absent. */
  public byte[] bytes(int field) {
    return last(field) instanceof byte[] value ? value : new byte[0];
  }

  /** Empty if absent. */
  public String text(int field) {
    return new String(bytes(field), StandardCharsets.UTF_8);
  }

  public boolean has(int field) {
    return fields.containsKey(field);
  }

  public List<String> texts(int field) {
    return slices(field).stream().map(each -> new String(each, StandardCharsets.UTF_8)).toList();
  }

  private List<byte[]> slices(int field) {
    List<byte[]> slices = new ArrayList<>();
    for (Object value : fields.getOrDefault(field, List.of())) {
      if (value instanceof byte[] bytes) {
        slices.add(bytes);
      }
    }
    return slices;
  }

  /** An absent message is one without fields. */
  public WireMessage message(int field) throws RpcException {
    return parse(bytes(field));
  }

  public List<WireMessage> messages(int field) throws RpcException {
    List<WireMessage> messages = new ArrayList<>();
    for (byte[] bytes : slices(field)) {
      messages.add(parse(bytes));
    }
    return messages;
  }

  /** A {@code map<string, string>}. */
  public Map<String, String> map(int field) throws RpcException {
    Map<String, String> map = new LinkedHashMap<>();
    for (WireMessage entry : messages(field)) {
      map.put(entry.text(1), entry.text(2));
    }
    return map;
  }

  /** A map from texts to bytes or messages. */
  public Map<String, byte[]> bytesMap(int field) throws RpcException {
    Map<String, byte[]> map = new LinkedHashMap<>();
    for (WireMessage entry : messages(field)) {
      map.put(entry.text(1), entry.bytes(2));
    }
    return map;
  }
}
