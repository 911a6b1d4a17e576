package io.layerd.network;

import io.layerd.error.Forbidden;
import io.layerd.error.InvalidParameter;
import io.layerd.error.SystemFailure;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The addresses given out, by network id. The lowest free one is next, as with dockerd. */
final class AddressPools {
  private final Map<String, Set<Ip>> taken = new HashMap<>();

  /** The next one of a family. */
  synchronized Ip next(NetworkRecord network, NetworkPool pool) {
    Set<Ip> used = taken.computeIfAbsent(network.id(), id -> new HashSet<>());
    Cidr subnet = pool.cidr();
    Cidr range = pool.range();
    Ip last = range.last();
    for (Ip ip = range.network(); ip.compareTo(last) <= 0; ip = ip.plus(1)) {
      if (!isReserved(pool, subnet, ip) && used.add(ip)) {
        return ip;
      }
    }
    throw new SystemFailure(
        "no available %s addresses on this network's address pools: %s (%s)"
            .formatted(subnet.isIpv6() ? "IPv6" : "IPv4", network.name(), network.id()));
  }

  /** The subnet's own address, IPv4's broadcast, the gateway, and what the user keeps back. */
  private static boolean isReserved(NetworkPool pool, Cidr subnet, Ip ip) {
    boolean edge =
        ip.bits() - subnet.prefix() > 1
            && (ip.equals(subnet.network()) || (!ip.isIpv6() && ip.equals(subnet.last())));
    return edge || ip.equals(pool.gatewayIp()) || isAuxiliary(pool, ip);
  }

  private static boolean isAuxiliary(NetworkPool pool, Ip ip) {
    return pool.auxiliary().values().stream().anyMatch(text -> ip.equals(Ip.find(text)));
  }

  /** One that was asked for. */
  synchronized Ip take(NetworkRecord network, @Nullable NetworkPool pool, Ip ip) {
    if (pool == null || !pool.cidr().contains(ip)) {
      throw new InvalidParameter("no configured subnet or ip-range contain the IP address " + ip);
    }
    Set<Ip> used = taken.computeIfAbsent(network.id(), id -> new HashSet<>());
    if (ip.equals(pool.gatewayIp()) || isAuxiliary(pool, ip) || !used.add(ip)) {
      throw new Forbidden("Address already in use");
    }
    return ip;
  }

  /** One that a container had before the daemon started. */
  synchronized void reserve(String networkId, String text) {
    taken.computeIfAbsent(networkId, id -> new HashSet<>()).add(Ip.parse(text));
  }

  synchronized void release(String networkId, String text) {
    taken.getOrDefault(networkId, new HashSet<>()).remove(Ip.parse(text));
  }

  /** The network is gone. */
  synchronized void forget(String networkId) {
    taken.remove(networkId);
  }
}
