package io.layerd.network;

import io.layerd.sys.ErrnoException;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jboss.logging.Logger;

/**
 * Lets the kernel forget connections. It would go on leading a client's datagrams to where a
 * container was, and take a new one's packets for an answer that somebody waits for. Speaks
 * nfnetlink (linux/netfilter/nfnetlink_conntrack.h).
 */
final class Conntrack {
  private static final Logger LOG = Logger.getLogger(Conntrack.class);

  private static final int HEADER_BYTES = 16;
  private static final int NFGEN_BYTES = 4;
  private static final int BUFFER_BYTES = 1 << 16;
  private static final int NLMSG_ERROR = 2;
  private static final int NLMSG_DONE = 3;
  private static final int CT_GET = 1 << 8 | 1;
  private static final int CT_DELETE = 1 << 8 | 2;
  private static final int REQUEST = 0x1;
  private static final int ACK = 0x4;
  private static final int DUMP = 0x300;

  private static final int ORIGINAL = 1;
  private static final int REPLY = 2;
  private static final int ID = 12;
  private static final int ZONE = 18;
  private static final int TUPLE_IP = 1;
  private static final int TUPLE_PROTOCOL = 2;
  private static final Set<Integer> SOURCES = Set.of(1, 3);
  private static final int NUMBER = 1;
  private static final int TO_PORT = 3;
  private static final byte UDP = 17;

  private static final Path COUNT = Path.of("/proc/sys/net/netfilter/nf_conntrack_count");

  /** Up to so many are sooner looked at here than filtered by the kernel. */
  private static final long FEW = 10_000;

  /** A filter is one more walk through the kernel's table. */
  private static final int MOST_FILTERS = 8;

  private final Sys sys;
  private final long few;

  Conntrack(Sys sys) {
    this(sys, FEW);
  }

  /** For tests, with another idea of few. */
  Conntrack(Sys sys, long few) {
    this.sys = sys;
    this.few = few;
  }

  /** One of a connection's two directions. */
  private record Direction(Ip from, Ip to, int protocol, int toPort) {}

  private interface Wanted {
    boolean test(Direction original, Direction reply);
  }

  /**
   * All connections of these addresses, which nobody has any more.
   *
   * @return how many there were
   */
  int forget(Set<Ip> addresses) {
    return addresses.isEmpty()
        ? 0
        : forget(
            ConntrackFilter.of(addresses),
            (original, reply) ->
                List.of(original.from(), original.to(), reply.from(), reply.to()).stream()
                    .anyMatch(addresses::contains));
  }

  /** What came in vain for UDP ports that lead to a container from now on. */
  int forgetUdp(Set<Integer> ports) {
    return ports.isEmpty()
        ? 0
        : forget(
            ConntrackFilter.ofUdp(ports),
            (original, reply) ->
                original.protocol() == UDP
                    && ports.contains(original.toPort())
                    && original.to().equals(reply.from())
                    && original.from().equals(reply.to()));
  }

  private int forget(List<byte[]> filters, Wanted wanted) {
    try {
      int fd = sys.netlinkSocket(Sys.NETLINK_NETFILTER);
      try {
        ByteBuffer buffer = buffer();
        List<byte[]> found = find(fd, buffer, filters, wanted);
        for (byte[] connection : found) {
          send(fd, buffer, CT_DELETE, REQUEST | ACK, connection);
          buffer.clear();
          sys.read(fd, buffer);
        }
        return found.size();
      } finally {
        sys.close(fd);
      }
    } catch (ErrnoException e) {
      LOG.debugf("connections are not forgotten: %s", e.getMessage());
      return 0;
    }
  }

  /** What to delete each of them by: family, first direction, id, zone. */
  private List<byte[]> find(int fd, ByteBuffer buffer, List<byte[]> filters, Wanted wanted)
      throws ErrnoException {
    List<byte[]> found = new ArrayList<>();
    boolean filtered = filters.size() <= MOST_FILTERS && count() > few;
    for (byte[] filter : filtered ? filters : List.of(ConntrackFilter.none())) {
      if (!dump(fd, buffer, filter, wanted, found)) {
        found.clear();
        var unused = dump(fd, buffer, ConntrackFilter.none(), wanted, found);
        break;
      }
    }
    return found;
  }

  private static long count() {
    try {
      return Long.parseLong(Files.readString(COUNT).strip());
    } catch (IOException | NumberFormatException e) {
      return 0;
    }
  }

  /**
   * @param filter a request's body
   * @return false if the kernel does not take it
   */
  private boolean dump(int fd, ByteBuffer buffer, byte[] filter, Wanted wanted, List<byte[]> found)
      throws ErrnoException {
    send(fd, buffer, CT_GET, REQUEST | DUMP, filter);
    while (true) {
      buffer.clear();
      if (sys.read(fd, buffer) <= 0) {
        return true;
      }
      buffer.flip();
      while (buffer.remaining() >= HEADER_BYTES) {
        int start = buffer.position();
        int length = buffer.getInt(start);
        int type = buffer.getShort(start + 4);
        if (type == NLMSG_DONE || type == NLMSG_ERROR || length < HEADER_BYTES) {
          return type != NLMSG_ERROR;
        }
        byte[] body = new byte[length - HEADER_BYTES];
        buffer.get(start + HEADER_BYTES, body);
        examine(body, wanted, found);
        buffer.position(Math.min(buffer.limit(), start + (length + 3) / 4 * 4));
      }
    }
  }

  private static void examine(byte[] body, Wanted wanted, List<byte[]> found) {
    Map<Integer, byte[]> parts = attributes(Arrays.copyOfRange(body, NFGEN_BYTES, body.length));
    byte[] first = parts.get(ORIGINAL);
    byte[] second = parts.get(REPLY);
    if (first == null || second == null || !wanted.test(direction(first), direction(second))) {
      return;
    }
    ByteBuffer key = ByteBuffer.allocate(body.length + 8).order(ByteOrder.nativeOrder());
    key.put(body, 0, NFGEN_BYTES);
    for (int type : new int[] {ORIGINAL, ID, ZONE}) {
      byte[] value = parts.get(type);
      if (value != null) {
        int flag = type == ORIGINAL ? 0x8000 : 0;
        key.putShort((short) (4 + value.length)).putShort((short) (type | flag)).put(value);
        while (key.position() % 4 != 0) {
          key.put((byte) 0);
        }
      }
    }
    found.add(Arrays.copyOf(key.array(), key.position()));
  }

  private static Direction direction(byte[] tuple) {
    Map<Integer, byte[]> parts = attributes(tuple);
    Ip from = Ip.parse("0.0.0.0");
    Ip to = from;
    for (var address : attributes(parts.getOrDefault(TUPLE_IP, new byte[0])).entrySet()) {
      Ip ip = Ip.of(address.getValue());
      if (SOURCES.contains(address.getKey())) {
        from = ip;
      } else {
        to = ip;
      }
    }
    Map<Integer, byte[]> protocol = attributes(parts.getOrDefault(TUPLE_PROTOCOL, new byte[0]));
    byte[] port = protocol.getOrDefault(TO_PORT, new byte[2]);
    return new Direction(
        from,
        to,
        protocol.getOrDefault(NUMBER, new byte[1])[0],
        Byte.toUnsignedInt(port[0]) << 8 | Byte.toUnsignedInt(port[1]));
  }

  /** Type, without the flags, to value. */
  private static Map<Integer, byte[]> attributes(byte[] bytes) {
    Map<Integer, byte[]> found = new TreeMap<>();
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
    int at = 0;
    while (at + 4 <= bytes.length) {
      int length = Short.toUnsignedInt(buffer.getShort(at));
      if (length < 4 || at + length > bytes.length) {
        break;
      }
      found.put(buffer.getShort(at + 2) & 0x3fff, Arrays.copyOfRange(bytes, at + 4, at + length));
      at += (length + 3) / 4 * 4;
    }
    return found;
  }

  private void send(int fd, ByteBuffer buffer, int type, int flags, byte[] body)
      throws ErrnoException {
    buffer.clear();
    buffer.putInt(HEADER_BYTES + body.length).putShort((short) type).putShort((short) flags);
    buffer.putInt(1).putInt(0).put(body);
    sys.writeFully(fd, buffer.flip());
  }

  private static ByteBuffer buffer() {
    return ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.nativeOrder());
  }

  /** The addresses of endpoints. */
  static Set<Ip> addresses(List<AttachmentState.EndpointState> endpoints) {
    Set<Ip> all = new HashSet<>();
    for (var endpoint : endpoints) {
      for (boolean ipv6 : new boolean[] {false, true}) {
        if (!endpoint.address(ipv6).isEmpty()) {
          all.add(Ip.parse(endpoint.address(ipv6)));
        }
      }
    }
    return all;
  }
}
