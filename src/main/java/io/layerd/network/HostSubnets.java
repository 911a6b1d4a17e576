package io.layerd.network;

import io.layerd.error.SystemFailure;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The IPv4 subnets this host uses, and the first of Docker's default pools that it does not. */
final class HostSubnets {
  private HostSubnets() {}

  /** Docker's default pools: 172.17.0.0/16 to 172.31.0.0/16, then 192.168.0.0/16 in /20. */
  static List<Cidr> pools() {
    List<Cidr> pools = new ArrayList<>();
    for (int second = 17; second <= 31; second++) {
      pools.add(Cidr.parse("172." + second + ".0.0/16"));
    }
    for (int third = 0; third < 256; third += 16) {
      pools.add(Cidr.parse("192.168." + third + ".0/20"));
    }
    return pools;
  }

  /** The first pool that overlaps none of {@code used}; its address is the gateway's. */
  static Cidr firstFree(List<Cidr> used) {
    return pools().stream()
        .filter(pool -> used.stream().noneMatch(pool::overlaps))
        .map(pool -> new Cidr(pool.network() + 1, pool.prefix()))
        .findFirst()
        .orElseThrow(
            () ->
                new SystemFailure(
                    "all predefined address pools have been fully subnetted: give the bridge a"
                        + " subnet with --bip"));
  }

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
            used.add(new Cidr(Integer.toUnsignedLong(address), prefix));
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
      return link == null ? null : addresses(link).stream().findFirst().orElse(null);
    } catch (IOException e) {
      throw new SystemFailure("cannot read interface " + interfaceName + ": " + e.getMessage(), e);
    }
  }

  private static List<Cidr> addresses(NetworkInterface link) {
    List<Cidr> found = new ArrayList<>();
    for (InterfaceAddress address : link.getInterfaceAddresses()) {
      InetAddress ip = address.getAddress();
      if (ip.getAddress().length == 4) {
        found.add(
            new Cidr(Cidr.address(ip.getHostAddress()), (int) address.getNetworkPrefixLength()));
      }
    }
    return found;
  }
}
