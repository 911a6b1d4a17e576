package io.layerd.network;

import io.layerd.error.SystemFailure;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The subnets this host uses. */
final class HostSubnets {
  private HostSubnets() {}

  /** Addresses and routes of the host, those of {@code except} left out. */
  static List<Cidr> used(String except) {
    List<Cidr> used = new ArrayList<>();
    try {
      for (String line : Files.readAllLines(Path.of("/proc/net/route"))) {
        String[] field = line.split("\\s+", -1);
        if (field.length > 7 && !field[0].equals("Iface") && !field[0].equals(except)) {
          int prefix = Integer.bitCount(Integer.parseUnsignedInt(field[7], 16));
          if (prefix > 0) {
            int address = Integer.reverseBytes(Integer.parseUnsignedInt(field[1], 16));
            used.add(
                new Cidr(new Ip(BigInteger.valueOf(Integer.toUnsignedLong(address)), 32), prefix));
          }
        }
      }
      for (NetworkInterface link :
          NetworkInterface.networkInterfaces().toArray(NetworkInterface[]::new)) {
        if (!link.getName().equals(except)) {
          used.addAll(addresses(link));
        }
      }
    } catch (IOException e) {
      throw new SystemFailure("cannot read the routes of this host: " + e.getMessage(), e);
    }
    return used;
  }

  /** The IPv4 address an interface has, null if it has none or does not exist. */
  static @Nullable Cidr of(String interfaceName) {
    try {
      NetworkInterface link = NetworkInterface.getByName(interfaceName);
      return link == null
          ? null
          : addresses(link).stream().filter(one -> !one.isIpv6()).findFirst().orElse(null);
    } catch (IOException e) {
      throw new SystemFailure("cannot read interface " + interfaceName + ": " + e.getMessage(), e);
    }
  }

  private static List<Cidr> addresses(NetworkInterface link) {
    List<Cidr> found = new ArrayList<>();
    for (InterfaceAddress address : link.getInterfaceAddresses()) {
      InetAddress ip = address.getAddress();
      if (!ip.isLinkLocalAddress()) {
        byte[] bytes = ip.getAddress();
        found.add(
            new Cidr(
                new Ip(new BigInteger(1, bytes), bytes.length * 8),
                address.getNetworkPrefixLength()));
      }
    }
    return found;
  }
}
