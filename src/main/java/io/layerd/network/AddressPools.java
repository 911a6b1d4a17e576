package io.layerd.network;

import io.layerd.error.Conflict;
import io.layerd.error.InvalidParameter;
import io.layerd.error.SystemFailure;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** The addresses given out, by network id. The lowest free one is next, as with dockerd. */
final class AddressPools {
  private final Map<String, Set<Long>> taken = new HashMap<>();

  synchronized String next(NetworkRecord network) {
    Cidr gateway = network.gateway();
    Set<Long> used = taken.computeIfAbsent(network.id(), id -> new HashSet<>());
    long last = gateway.broadcast() - 1;
    for (long address = gateway.network() + 1; address <= last; address++) {
      if (address != gateway.address() && used.add(address)) {
        return Cidr.text(address);
      }
    }
    throw new SystemFailure(
        "no available IPv4 addresses on this network's address pools: "
            + network.name()
            + " ("
            + network.id()
            + ")");
  }

  /** From the top, for what is not a container. */
  synchronized String nextFromTop(NetworkRecord network) {
    Cidr gateway = network.gateway();
    Set<Long> used = taken.computeIfAbsent(network.id(), id -> new HashSet<>());
    for (long address = gateway.broadcast() - 1; address > gateway.network(); address--) {
      if (address != gateway.address() && used.add(address)) {
        return Cidr.text(address);
      }
    }
    throw new SystemFailure("no available IPv4 addresses on network " + network.name());
  }

  /** One that was asked for. */
  synchronized String take(NetworkRecord network, String text) {
    long address = Cidr.address(text);
    if (!network.gateway().contains(address)) {
      throw new InvalidParameter("no configured subnet or ip-range contain the IP address " + text);
    }
    Set<Long> used = taken.computeIfAbsent(network.id(), id -> new HashSet<>());
    if (address == network.gateway().address() || !used.add(address)) {
      throw new Conflict("Address already in use");
    }
    return text;
  }

  /** One that a container had before the daemon started. */
  synchronized void reserve(String networkId, String text) {
    taken.computeIfAbsent(networkId, id -> new HashSet<>()).add(Cidr.address(text));
  }

  synchronized void release(String networkId, String text) {
    taken.getOrDefault(networkId, new HashSet<>()).remove(Cidr.address(text));
  }
}
