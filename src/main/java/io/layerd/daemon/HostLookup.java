package io.layerd.daemon;

import io.netty.util.NetUtil;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The addresses of a TCP host, asked of the system's resolver. Blocks. */
record HostLookup(HostAddress.Tcp host, List<InetAddress> addresses) {
  private static final Path IPV6 = Path.of("/proc/net/if_inet6");

  HostLookup {
    addresses = List.copyOf(addresses);
  }

  /**
   * @throws UnknownHostException if it is a name that nobody knows
   */
  static HostLookup of(HostAddress.Tcp host) throws UnknownHostException {
    return new HostLookup(host, List.of(InetAddress.getAllByName(host.host())));
  }

  /** Whether only this machine reaches it. */
  boolean loopback() {
    return addresses.stream().allMatch(InetAddress::isLoopbackAddress);
  }

  /**
   * The one to listen on: as in Go, the first of IPv4 if there are several, and both families for
   * one that means every address.
   */
  HostAddress.Tcp endpoint() {
    InetAddress address =
        addresses.stream()
            .filter(Inet4Address.class::isInstance)
            .findFirst()
            .orElseGet(addresses::getFirst);
    boolean every = address.isAnyLocalAddress() && Files.exists(IPV6);
    return new HostAddress.Tcp(every ? "::" : NetUtil.toAddressString(address), host.port());
  }
}
