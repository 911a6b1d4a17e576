package io.layerd.network;

import io.layerd.error.SystemFailure;
import io.layerd.network.dns.DnsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/**
 * The resolvers of running containers. Each has sockets in the container's namespace, on free ports
 * of 127.0.0.11 that rules there lead port 53 to, so that a container can have a name server of its
 * own on every address.
 */
final class Resolvers {
  private static final Logger LOG = Logger.getLogger(Resolvers.class);
  static final String ADDRESS = "127.0.0.11";

  private static final String RULES =
      """
      *nat
      :DOCKER_OUTPUT - [0:0]
      :DOCKER_POSTROUTING - [0:0]
      %1$s-A DOCKER_OUTPUT -d 127.0.0.11 -p tcp --dport 53 -j DNAT --to-destination 127.0.0.11:%2$d
      -A DOCKER_OUTPUT -d 127.0.0.11 -p udp --dport 53 -j DNAT --to-destination 127.0.0.11:%3$d
      -A DOCKER_POSTROUTING -s 127.0.0.11 -p tcp --sport %2$d -j SNAT --to-source :53
      -A DOCKER_POSTROUTING -s 127.0.0.11 -p udp --sport %3$d -j SNAT --to-source :53
      COMMIT
      """;
  private static final String JUMPS =
      """
      -A OUTPUT -d 127.0.0.11 -j DOCKER_OUTPUT
      -A POSTROUTING -d 127.0.0.11 -j DOCKER_POSTROUTING
      """;

  private final NetNamespaces namespaces;
  private final AttachmentStore store;
  private final List<String> defaults;
  private final ConcurrentHashMap<String, DnsServer> running = new ConcurrentHashMap<>();

  /**
   * @param defaults name servers for containers that ask for none; empty for the host's
   */
  Resolvers(NetNamespaces namespaces, AttachmentStore store, List<String> defaults) {
    this.namespaces = namespaces;
    this.store = store;
    this.defaults = defaults;
  }

  /** Starts one where a container is among others with names; it stays until the container ends. */
  void start(AttachmentState state) {
    String id = state.containerId();
    if (!state.resolver() || running.containsKey(id)) {
      return;
    }
    NetworkNames names = new NetworkNames(id, store, namespaces, defaults);
    DnsServer server =
        namespaces.inside(state.namespacePath(), () -> open(names, id.substring(0, 12)));
    running.put(id, server);
  }

  private static DnsServer open(NetworkNames names, String label) throws IOException {
    InetSocketAddress any = new InetSocketAddress(InetAddress.ofLiteral(ADDRESS), 0);
    DatagramChannel datagrams = DatagramChannel.open(StandardProtocolFamily.INET);
    ServerSocketChannel streams = ServerSocketChannel.open(StandardProtocolFamily.INET);
    try {
      datagrams.bind(any);
      streams.bind(any);
      lead(port(streams.getLocalAddress()), port(datagrams.getLocalAddress()));
      return DnsServer.start(datagrams, streams, names, label);
    } catch (IOException | RuntimeException e) {
      datagrams.close();
      streams.close();
      throw e;
    }
  }

  private static int port(java.net.SocketAddress address) {
    return ((InetSocketAddress) address).getPort();
  }

  /** An earlier daemon's jumps stay where they are: only our chains are written anew. */
  private static void lead(int tcp, int udp) throws IOException {
    HostCommand.Result there = HostCommand.run(List.of(program("iptables-save"), "-t", "nat"), "");
    String jumps = there.output().contains("-j DOCKER_OUTPUT") ? "" : JUMPS;
    HostCommand.Result result =
        HostCommand.run(
            List.of(program("iptables-restore"), "--noflush", "--wait"),
            RULES.formatted(jumps, tcp, udp));
    if (result.exitCode() != 0) {
      throw new SystemFailure("the resolver's rules failed: " + result.output());
    }
  }

  private static String program(String name) {
    return HostPrograms.get(null, name).toString();
  }

  void stop(String containerId) {
    DnsServer server = running.remove(containerId);
    if (server != null) {
      server.close();
    }
  }

  void close() {
    LOG.debugf("%d resolvers end", running.size());
    running.values().forEach(DnsServer::close);
    running.clear();
  }
}
