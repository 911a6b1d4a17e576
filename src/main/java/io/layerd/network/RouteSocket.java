package io.layerd.network;

import io.layerd.sys.ErrnoException;
import io.layerd.sys.Sys;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import jnr.constants.platform.Errno;

/**
 * What netavark does not do to a namespace it has set up: take one interface away, choose the
 * default route, add addresses, make interfaces it has no driver for. Speaks rtnetlink(7) to the
 * namespace of the thread that opened it.
 */
final class RouteSocket implements AutoCloseable {
  private static final int NLMSG_ERROR = 2;
  private static final int RTM_NEWLINK = 16;
  private static final int RTM_DELLINK = 17;
  private static final int RTM_GETLINK = 18;
  private static final int RTM_NEWADDR = 20;
  private static final int RTM_NEWROUTE = 24;
  private static final int RTM_DELROUTE = 25;
  private static final int HEADER_BYTES = 16;
  private static final int REQUEST = 0x1;
  private static final int REQUEST_ACK = 0x1 | 0x4;
  private static final int REPLACE_OR_CREATE = 0x100 | 0x400;
  private static final int CREATE_ONLY = 0x200 | 0x400;

  private static final int IFLA_ADDRESS = 1;
  private static final int IFLA_IFNAME = 3;
  private static final int IFLA_LINK = 5;
  private static final int IFLA_LINKINFO = 18;
  private static final int IFLA_NET_NS_FD = 28;
  private static final int IFLA_INFO_KIND = 1;
  private static final int IFLA_INFO_DATA = 2;
  private static final int IFF_UP = 1;
  private static final byte IFA_F_NODAD = 2;
  private static final int IFA_ADDRESS = 1;
  private static final int IFA_LOCAL = 2;
  private static final int RTA_OIF = 4;
  private static final int RTA_GATEWAY = 5;
  private static final int RTA_PRIORITY = 6;

  private static final byte SCOPE_LINK = (byte) 253;
  private static final byte AF_INET = 2;
  private static final byte AF_INET6 = 10;
  private static final byte TABLE_MAIN = (byte) 254;
  private static final byte PROTOCOL_BOOT = 3;
  private static final byte TYPE_UNICAST = 1;

  private static final int MESSAGE_BYTES = 256;
  private static final int ANSWER_BYTES = 4096;

  private final Sys sys;
  private final int fd;

  private RouteSocket(Sys sys, int fd) {
    this.sys = sys;
    this.fd = fd;
  }

  static RouteSocket open(Sys sys) throws ErrnoException {
    return new RouteSocket(sys, sys.netlinkSocket(Sys.NETLINK_ROUTE));
  }

  /** Deletes an interface, and with it the other end of a pair. Absent is success. */
  void deleteLink(String name) throws ErrnoException {
    ByteBuffer message = message(RTM_DELLINK, REQUEST_ACK);
    message.put(new byte[16]);
    attribute(message, IFLA_IFNAME, text(name));
    send("delete interface " + name, message, Set.of(Errno.ENODEV));
  }

  /**
   * An interface to make.
   *
   * @param kind {@code ipvlan}, {@code vlan}, {@code dummy}, ...
   * @param parent index of the interface it is on, 0 for none
   * @param settings of this kind, by the kernel's numbers; 16 bits each
   */
  record NewLink(String kind, String name, int parent, Map<Integer, Integer> settings) {}

  /**
   * Makes an interface, which is down.
   *
   * @param namespaceFd where it is to be; -1 for this socket's own namespace
   */
  void createLink(NewLink link, int namespaceFd) throws ErrnoException {
    ByteBuffer message = message(RTM_NEWLINK, REQUEST_ACK | CREATE_ONLY);
    message.put(new byte[16]);
    attribute(message, IFLA_IFNAME, text(link.name()));
    if (link.parent() > 0) {
      attribute(message, IFLA_LINK, number(link.parent()));
    }
    if (namespaceFd >= 0) {
      attribute(message, IFLA_NET_NS_FD, number(namespaceFd));
    }
    ByteBuffer data = nested();
    link.settings()
        .forEach((type, value) -> attribute(data, type, Arrays.copyOf(number(value), 2)));
    ByteBuffer info = nested();
    attribute(info, IFLA_INFO_KIND, text(link.kind()));
    attribute(info, IFLA_INFO_DATA, content(data));
    attribute(message, IFLA_LINKINFO, content(info));
    send("create interface " + link.name(), message, Set.of());
  }

  /** The kernel's number of an interface, which may be down and without addresses. */
  int index(String name) throws ErrnoException {
    ByteBuffer message = message(RTM_GETLINK, REQUEST);
    message.put(new byte[16]);
    attribute(message, IFLA_IFNAME, text(name));
    ByteBuffer answer = ask(message);
    if (answer.position() > HEADER_BYTES + 8 && answer.getShort(4) == RTM_NEWLINK) {
      return answer.getInt(HEADER_BYTES + 4);
    }
    throw new ErrnoException("netlink", "interface " + name, error(answer));
  }

  /**
   * Gives an interface the MAC address it may have: what the kernel is to tell others then, it
   * tells.
   */
  void setMac(int interfaceIndex, byte[] mac) throws ErrnoException {
    ByteBuffer message = message(RTM_NEWLINK, REQUEST_ACK);
    message.putInt(0).putInt(interfaceIndex).putLong(0);
    attribute(message, IFLA_ADDRESS, mac);
    send("set address of interface " + interfaceIndex, message, Set.of());
  }

  /** Gives an interface that is down another name. */
  void rename(int interfaceIndex, String name) throws ErrnoException {
    ByteBuffer message = message(RTM_NEWLINK, REQUEST_ACK);
    message.putInt(0).putInt(interfaceIndex).putLong(0);
    attribute(message, IFLA_IFNAME, text(name));
    send("rename interface " + interfaceIndex + " to " + name, message, Set.of());
  }

  /** Brings an interface up. */
  void up(int interfaceIndex) throws ErrnoException {
    ByteBuffer message = message(RTM_NEWLINK, REQUEST_ACK);
    message.putInt(0).putInt(interfaceIndex).putInt(IFF_UP).putInt(IFF_UP);
    send("bring up interface " + interfaceIndex, message, Set.of());
  }

  /** Gives an interface one more address of the link alone; there already is success. */
  void addAddress(Ip address, int prefix, int interfaceIndex) throws ErrnoException {
    addAddress(address, prefix, interfaceIndex, SCOPE_LINK);
  }

  /** Gives an interface an address that others reach it by; there already is success. */
  void addGlobalAddress(Ip address, int prefix, int interfaceIndex) throws ErrnoException {
    addAddress(address, prefix, interfaceIndex, (byte) 0);
  }

  private void addAddress(Ip address, int prefix, int interfaceIndex, byte scope)
      throws ErrnoException {
    ByteBuffer message = message(RTM_NEWADDR, REQUEST_ACK | REPLACE_OR_CREATE);
    message.put(address.isIpv6() ? AF_INET6 : AF_INET).put((byte) prefix);
    message.put(scope == 0 && address.isIpv6() ? IFA_F_NODAD : 0).put(scope).putInt(interfaceIndex);
    attribute(message, IFA_LOCAL, address.bytes());
    attribute(message, IFA_ADDRESS, address.bytes());
    send("add address " + address, message, Set.of(Errno.EEXIST));
  }

  /** Makes this gateway the one that everything else goes to. */
  void defaultRoute(Ip gateway, int interfaceIndex) throws ErrnoException {
    ByteBuffer message = route(RTM_NEWROUTE, REQUEST_ACK | REPLACE_OR_CREATE, gateway.isIpv6());
    attribute(message, RTA_GATEWAY, gateway.bytes());
    attribute(message, RTA_OIF, number(interfaceIndex));
    send("default route " + gateway, message, Set.of());
  }

  /** Makes everything else go out over an interface, without a gateway. */
  void defaultRoute(boolean ipv6, int interfaceIndex) throws ErrnoException {
    ByteBuffer message = route(RTM_NEWROUTE, REQUEST_ACK | REPLACE_OR_CREATE, ipv6);
    attribute(message, RTA_OIF, number(interfaceIndex));
    send("default route", message, Set.of());
  }

  /**
   * Takes away a default route through an interface, if there is one.
   *
   * @param metric 0 for any
   * @return whether there was one
   */
  boolean deleteDefaultRoute(boolean ipv6, int interfaceIndex, int metric) throws ErrnoException {
    ByteBuffer message = route(RTM_DELROUTE, REQUEST_ACK, ipv6);
    attribute(message, RTA_OIF, number(interfaceIndex));
    if (metric > 0) {
      attribute(message, RTA_PRIORITY, number(metric));
    }
    return send("delete default route", message, Set.of(Errno.ESRCH, Errno.ENETUNREACH));
  }

  private static ByteBuffer route(int type, int flags, boolean ipv6) {
    ByteBuffer message = message(type, flags);
    message.put(ipv6 ? AF_INET6 : AF_INET);
    message.put(new byte[3]);
    message.put(TABLE_MAIN).put(type == RTM_NEWROUTE ? PROTOCOL_BOOT : 0).put((byte) 0);
    message.put(type == RTM_NEWROUTE ? TYPE_UNICAST : 0);
    return message.putInt(0);
  }

  private static ByteBuffer message(int type, int flags) {
    ByteBuffer message = ByteBuffer.allocateDirect(MESSAGE_BYTES).order(ByteOrder.nativeOrder());
    return message.putInt(0).putShort((short) type).putShort((short) flags).putInt(1).putInt(0);
  }

  private static ByteBuffer nested() {
    return ByteBuffer.allocate(MESSAGE_BYTES / 4).order(ByteOrder.nativeOrder());
  }

  private static byte[] content(ByteBuffer nested) {
    return Arrays.copyOf(nested.array(), nested.position());
  }

  private static byte[] text(String text) {
    return (text + "\0").getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] number(int value) {
    return ByteBuffer.allocate(4).order(ByteOrder.nativeOrder()).putInt(value).array();
  }

  private static void attribute(ByteBuffer message, int type, byte[] value) {
    message.putShort((short) (4 + value.length)).putShort((short) type).put(value);
    while (message.position() % 4 != 0) {
      message.put((byte) 0);
    }
  }

  /** Waits for the kernel's acknowledgement; false if it said one of the errors expected. */
  private boolean send(String what, ByteBuffer message, Set<Errno> expected) throws ErrnoException {
    int error = error(ask(message));
    if (error == 0) {
      return true;
    }
    if (expected.stream().anyMatch(one -> one.intValue() == error)) {
      return false;
    }
    throw new ErrnoException("netlink", what, error);
  }

  private ByteBuffer ask(ByteBuffer message) throws ErrnoException {
    message.putInt(0, message.position());
    sys.writeFully(fd, message.flip());
    ByteBuffer answer = ByteBuffer.allocateDirect(ANSWER_BYTES).order(ByteOrder.nativeOrder());
    sys.read(fd, answer);
    return answer;
  }

  private static int error(ByteBuffer answer) {
    boolean isError = answer.position() >= HEADER_BYTES + 4 && answer.getShort(4) == NLMSG_ERROR;
    return isError ? -answer.getInt(HEADER_BYTES) : Errno.EBADMSG.intValue();
  }

  @Override
  public void close() {
    sys.close(fd);
  }
}
