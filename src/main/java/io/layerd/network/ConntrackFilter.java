package io.layerd.network;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Asks the kernel for some connections only: since 5.8 a dump may carry {@code CTA_FILTER}
 * (linux/netfilter/nfnetlink_conntrack.h). An older one hands out all of them, so what comes has to
 * be looked at in any case. The kernel walks its whole table for each filter: it pays off where
 * there are many connections.
 */
final class ConntrackFilter {
  private static final byte AF_INET = 2;
  private static final byte AF_INET6 = 10;
  private static final int NESTED = 0x8000;
  private static final int ORIGINAL = 1;
  private static final int REPLY = 2;
  private static final int FILTER = 25;
  private static final int TUPLE_IP = 1;
  private static final int TUPLE_PROTOCOL = 2;
  private static final int IPV4_SOURCE = 1;
  private static final int IPV6_SOURCE = 3;
  private static final int NUMBER = 1;
  private static final int TO_PORT = 3;
  private static final byte UDP = 17;
  private static final int BY_SOURCE = 1;
  private static final int BY_PROTOCOL_AND_PORT = 1 << 3 | 1 << 5;
  private static final int BYTES = 128;

  private ConntrackFilter() {}

  /** No filter: everything. */
  static byte[] none() {
    return new byte[] {0, 0, 0, 0};
  }

  /**
   * Bodies of requests, one after the other, for all connections of these addresses: who asked and
   * who answered. Where none of these is the address, none of the others is.
   */
  static List<byte[]> of(Collection<Ip> addresses) {
    List<byte[]> filters = new ArrayList<>();
    for (Ip address : addresses) {
      byte[] bytes = address.bytes();
      boolean six = bytes.length > 4;
      byte[] ip = attribute(TUPLE_IP | NESTED, attribute(six ? IPV6_SOURCE : IPV4_SOURCE, bytes));
      for (int direction : new int[] {ORIGINAL, REPLY}) {
        filters.add(body(six ? AF_INET6 : AF_INET, direction, ip, BY_SOURCE));
      }
    }
    return filters;
  }

  /** For what was sent to these UDP ports. */
  static List<byte[]> ofUdp(Collection<Integer> ports) {
    List<byte[]> filters = new ArrayList<>();
    for (int port : ports) {
      byte[] number = {(byte) (port >> 8), (byte) port};
      byte[] to =
          attribute(
              TUPLE_PROTOCOL | NESTED,
              attribute(NUMBER, new byte[] {UDP}),
              attribute(TO_PORT, number));
      for (byte family : new byte[] {AF_INET, AF_INET6}) {
        filters.add(body(family, ORIGINAL, to, BY_PROTOCOL_AND_PORT));
      }
    }
    return filters;
  }

  private static byte[] body(byte family, int direction, byte[] tuple, int by) {
    byte[] flags = ByteBuffer.allocate(4).order(ByteOrder.nativeOrder()).putInt(by).array();
    return join(
        new byte[] {family, 0, 0, 0},
        attribute(direction | NESTED, tuple),
        attribute(FILTER | NESTED, attribute(direction, flags)));
  }

  private static byte[] attribute(int type, byte[]... values) {
    byte[] value = join(values);
    ByteBuffer buffer =
        ByteBuffer.allocate(4 + (value.length + 3) / 4 * 4).order(ByteOrder.nativeOrder());
    buffer.putShort((short) (4 + value.length)).putShort((short) type).put(value);
    return buffer.array();
  }

  private static byte[] join(byte[]... parts) {
    ByteBuffer all = ByteBuffer.allocate(BYTES);
    for (byte[] part : parts) {
      all.put(part);
    }
    return java.util.Arrays.copyOf(all.array(), all.position());
  }
}
