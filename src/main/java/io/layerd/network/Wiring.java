package io.layerd.network;

import io.layerd.error.SystemFailure;
import io.layerd.network.AttachmentState.EndpointState;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Bridges, and the wires between them and containers. netavark makes both; a wire is taken away by
 * deleting its end in the container, so that a bridge stays until the network goes.
 */
final class Wiring {
  private static final Logger LOG = Logger.getLogger(Wiring.class);
  private static final String SCRATCH = "scratch-";
  private static final Path INTERFACES = Path.of("/sys/class/net");

  /** The number of lo, which is the first interface of every namespace. */
  private static final int LOOPBACK = 1;

  /** Whoever has to find the port that is new on a bridge keeps others from adding theirs. */
  private final ReadWriteLock wires = new ReentrantReadWriteLock(true);

  private final Sys sys;
  private final NetNamespaces namespaces;
  private final Netavark netavark;

  Wiring(Sys sys, NetNamespaces namespaces, Netavark netavark) {
    this.sys = sys;
    this.namespaces = namespaces;
    this.netavark = netavark;
  }

  /** What the kernel knows of connections. */
  Conntrack connections() {
    return new Conntrack(sys);
  }

  /** Whether the network's bridge is there. */
  static boolean exists(NetworkRecord network) {
    return Files.exists(INTERFACES.resolve(network.link()).resolve("bridge"));
  }

  /** Makes the bridge of a network, unless it is there. */
  void bridge(NetworkRecord network) {
    FirewallLock.locked(
        () -> {
          if (!exists(network) || namespaces.exists(scratchPath(network))) {
            enableForwarding(network);
            make(network);
          }
          prepare(network);
          return network;
        });
  }

  private void make(NetworkRecord network) {
    try {
      scratch(
          network,
          (namespace, endpoint) -> {
            netavark.setup(namespace, NetavarkRequest.of("scratch", endpoint, network));
            namespaces.inside(namespace, () -> delete(List.of(endpoint)));
          });
      mark(network);
    } catch (RuntimeException e) {
      if (exists(network)) {
        mark(network);
        removeBridge(network);
      }
      throw e;
    }
  }

  /** Removes a bridge that layerd made. Absent is success. */
  void removeBridge(NetworkRecord network) {
    FirewallLock.locked(
        () -> {
          if (exists(network) && isOurs(network)) {
            try (RouteSocket socket = RouteSocket.open(sys)) {
              socket.deleteLink(network.link());
            } catch (IOException e) {
              throw new SystemFailure("cannot remove " + network.link() + ": " + e.getMessage(), e);
            }
          }
          return network;
        });
  }

  private interface Scratch {
    void run(Path namespace, EndpointState endpoint);
  }

  /**
   * netavark works on namespaces only: here is one for a moment, with an address nobody has. One
   * that is there already says that a daemon died at this work.
   */
  private void scratch(NetworkRecord network, Scratch work) {
    NetworkPool four = network.pool(false);
    NetworkPool six = network.pool(true);
    EndpointState endpoint =
        new EndpointState(
            network.id(),
            network.name(),
            RandomId.hex64(),
            "eth0",
            four == null ? "" : spare(four),
            0,
            "",
            six == null ? "" : spare(six),
            0,
            "",
            RandomId.mac(),
            false,
            false,
            null,
            Endpoints.NOTHING_ASKED);
    Path namespace = scratchPath(network);
    namespaces.remove(namespace);
    namespaces.create(String.valueOf(namespace.getFileName()));
    try {
      work.run(namespace, endpoint);
    } finally {
      namespaces.remove(namespace);
    }
  }

  private Path scratchPath(NetworkRecord network) {
    return namespaces.path(SCRATCH + network.id().substring(0, 12));
  }

  /** What daemons left that died at the bridge of a network; those of known networks are gone. */
  void sweep() {
    namespaces.removeAll(SCRATCH);
  }

  /** The address least likely to be in use: it is on the bridge only while nothing else is. */
  private static String spare(NetworkPool pool) {
    Cidr subnet = pool.cidr();
    Ip last = subnet.last();
    Ip spare = subnet.prefix() < last.bits() - 1 ? last.plus(-1) : last;
    return spare.equals(pool.gatewayIp()) ? subnet.network().text() : spare.text();
  }

  /** The name a bridge of ours carries, so that nobody else's is ever removed. */
  private static String alias(NetworkRecord network) {
    return "layerd " + network.id().substring(0, 12);
  }

  private static void mark(NetworkRecord network) {
    set(INTERFACES.resolve(network.link()).resolve("ifalias"), alias(network));
  }

  private static boolean isOurs(NetworkRecord network) {
    try {
      Path file = INTERFACES.resolve(network.link()).resolve("ifalias");
      return Files.readString(file).strip().equals(alias(network));
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * What netavark leaves off, to which every network is internal. Published ports on the host's
   * loopback lead over the bridge: rules keep others from it.
   */
  private static void prepare(NetworkRecord network) {
    if (!network.internal() && network.enableIpv4()) {
      Path four = Path.of("/proc/sys/net/ipv4/conf", network.link());
      set(four.resolve("forwarding"), "1");
      set(four.resolve("route_localnet"), "1");
    }
    if (!network.internal() && network.enableIpv6()) {
      set(Path.of("/proc/sys/net/ipv6/conf", network.link(), "forwarding"), "1");
    }
  }

  private static void set(Path file, String value) {
    try {
      Files.writeString(file, value);
    } catch (IOException e) {
      LOG.debugf("%s: %s", file, e.getMessage());
    }
  }

  /**
   * Connects a namespace with a network. On failure, {@link #unplug} takes back what was made.
   *
   * @param hairpin whether it has published ports, which it may itself ask for
   */
  void plug(AttachmentState state, EndpointState endpoint, NetworkRecord network, boolean hairpin) {
    if (network.isBridge()) {
      bridge(network);
    }
    if (network.driver().equals("ipvlan")) {
      new Ipvlan(sys, namespaces).plug(state.namespacePath(), endpoint, network);
    } else {
      plugByNetavark(state, endpoint, network, hairpin);
    }
    if (endpoint.address6().isEmpty()) {
      namespaces.inside(state.namespacePath(), () -> withoutIpv6(endpoint));
    }
    List<Ip> more = Endpoints.linkLocal(endpoint.asked());
    if (!more.isEmpty()) {
      namespaces.inside(state.namespacePath(), () -> addresses(endpoint, more));
    }
    if (!endpoint.mac().isEmpty()) {
      namespaces.inside(state.namespacePath(), () -> new Announcement(sys, endpoint).send());
    }
    if (EndpointSysctls.any(endpoint)) {
      namespaces.inside(state.namespacePath(), () -> EndpointSysctls.apply(endpoint));
    }
  }

  private void plugByNetavark(
      AttachmentState state, EndpointState endpoint, NetworkRecord network, boolean hairpin) {
    Lock lock = hairpin ? wires.writeLock() : wires.readLock();
    lock.lock();
    try {
      Set<Path> before = hairpin ? BridgePorts.of(network.link()) : Set.of();
      netavark.setup(
          state.namespacePath(), NetavarkRequest.of(state.containerId(), endpoint, network));
      if (network.isBridge()) {
        prepare(network);
      }
      if (hairpin) {
        Set<Path> now = new HashSet<>(BridgePorts.of(network.link()));
        now.removeAll(before);
        now.forEach(BridgePorts::hairpin);
      }
    } finally {
      lock.unlock();
    }
  }

  private void addresses(EndpointState endpoint, List<Ip> addresses) throws IOException {
    NetworkInterface link = link(endpoint);
    if (link != null) {
      try (RouteSocket socket = RouteSocket.open(sys)) {
        for (Ip address : addresses) {
          int prefix = address.isIpv6() ? Endpoints.LINK_LOCAL_6 : Endpoints.LINK_LOCAL_4;
          socket.addAddress(address, prefix, link.getIndex());
        }
      }
    }
  }

  /** Brings lo up where there is nothing else. */
  void loopback(AttachmentState state) {
    namespaces.inside(
        state.namespacePath(),
        () -> {
          try (RouteSocket socket = RouteSocket.open(sys)) {
            socket.up(LOOPBACK);
          }
        });
  }

  /** dockerd too leaves IPv6 on lo and takes it off interfaces without an IPv6 address. */
  private static void withoutIpv6(EndpointState endpoint) throws IOException {
    Path file = Path.of("/proc/sys/net/ipv6/conf", endpoint.interfaceName(), "disable_ipv6");
    if (Files.exists(file)) {
      Files.writeString(file, "1");
    }
  }

  /** Deletes interfaces in the container, and with them their ends on the bridges. */
  void unplug(AttachmentState state, List<EndpointState> endpoints) {
    if (namespaces.exists(state.namespacePath())) {
      namespaces.inside(state.namespacePath(), () -> delete(endpoints));
    }
  }

  private void delete(List<EndpointState> endpoints) throws IOException {
    try (RouteSocket socket = RouteSocket.open(sys)) {
      for (EndpointState endpoint : endpoints) {
        if (endpoint.isWired()) {
          socket.deleteLink(endpoint.interfaceName());
        }
      }
    }
  }

  /** Makes the default routes lead over the endpoints that are the way out, and no others. */
  void routes(AttachmentState state) {
    namespaces.inside(state.namespacePath(), () -> routesInside(state));
  }

  private void routesInside(AttachmentState state) throws IOException {
    try (RouteSocket socket = RouteSocket.open(sys)) {
      for (boolean ipv6 : new boolean[] {false, true}) {
        EndpointState exit = state.exit(ipv6);
        if (exit != null) {
          NetworkInterface link = link(exit);
          if (link != null) {
            if (exit.onLink()) {
              socket.defaultRoute(ipv6, link.getIndex());
            } else {
              socket.defaultRoute(Ip.parse(exit.gateway(ipv6)), link.getIndex());
            }
          }
        }
        for (EndpointState endpoint : state.endpoints()) {
          NetworkInterface link = endpoint.isWired() ? link(endpoint) : null;
          if (link != null) {
            int metric = endpoint.equals(exit) ? Netavark.METRIC : 0;
            while (socket.deleteDefaultRoute(ipv6, link.getIndex(), metric)) {
              LOG.tracef("one default route less over %s", endpoint.interfaceName());
            }
          }
        }
      }
    }
  }

  private static @Nullable NetworkInterface link(EndpointState endpoint) throws IOException {
    return NetworkInterface.getByName(endpoint.interfaceName());
  }

  private static void enableForwarding(NetworkRecord network) {
    if (network.enableIpv4()) {
      forward(Path.of("/proc/sys/net/ipv4/ip_forward"), "net.ipv4.ip_forward");
    }
    if (network.enableIpv6()) {
      forward(Path.of("/proc/sys/net/ipv6/conf/all/forwarding"), "net.ipv6.conf.all.forwarding");
    }
  }

  private static void forward(Path file, String key) {
    try {
      if (!ProcFile.read(file).equals("1")) {
        Files.writeString(file, "1");
      }
    } catch (IOException e) {
      throw new SystemFailure(
          "cannot enable IP forwarding: " + e.getMessage() + " (sysctl " + key + "=1)", e);
    }
  }
}
