package io.layerd.network;

import io.layerd.network.AttachmentState.EndpointState;
import io.layerd.network.dns.Names;
import io.layerd.network.dns.Upstream;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The names one container can ask for: of the containers on its networks, looked up anew for each
 * question, so that they are always current.
 */
final class NetworkNames implements Names {
  private static final int DNS_PORT = 53;

  private final String containerId;
  private final AttachmentStore store;
  private final NetNamespaces namespaces;
  private final List<String> defaults;

  NetworkNames(
      String containerId, AttachmentStore store, NetNamespaces namespaces, List<String> defaults) {
    this.containerId = containerId;
    this.store = store;
    this.namespaces = namespaces;
    this.defaults = defaults;
  }

  /** The endpoints with names, the way out first. */
  private List<EndpointState> endpoints() {
    AttachmentState state = store.find(containerId);
    if (state == null) {
      return List.of();
    }
    EndpointState exit = state.exit(false);
    return state.endpoints().stream()
        .filter(end -> end.dnsNames() != null)
        .sorted(Comparator.comparing((EndpointState end) -> !end.equals(exit)))
        .toList();
  }

  @Override
  public @Nullable List<byte[]> addresses(String name, boolean ipv6) {
    for (EndpointState mine : endpoints()) {
      List<EndpointState> found = named(linked(mine, name), mine);
      if (!found.isEmpty()) {
        List<byte[]> addresses = new ArrayList<>();
        for (EndpointState end : found) {
          if (!end.address(ipv6).isEmpty()) {
            addresses.add(Ip.parse(end.address(ipv6)).bytes());
          }
        }
        Collections.shuffle(addresses);
        return addresses;
      }
    }
    return null;
  }

  /** What a link of this endpoint calls otherwise. */
  private static String linked(EndpointState mine, String name) {
    List<String> links = mine.asked().links();
    for (String link : links == null ? List.<String>of() : links) {
      int colon = link.indexOf(':');
      String alias = colon < 0 ? link : link.substring(colon + 1);
      if (alias.equalsIgnoreCase(name)) {
        return colon < 0 ? link : link.substring(0, colon);
      }
    }
    return name;
  }

  /** Those of the same network that go by a name, or by it and the network's. */
  private List<EndpointState> named(String name, EndpointState mine) {
    String domain = "." + mine.networkName();
    int cut = name.length() - domain.length();
    String bare =
        cut > 0 && name.regionMatches(true, cut, domain, 0, domain.length())
            ? name.substring(0, cut)
            : name;
    List<EndpointState> found = new ArrayList<>();
    for (AttachmentState state : store.all()) {
      EndpointState end = state.on(mine.networkId());
      List<String> names = end == null ? null : end.dnsNames();
      if (end != null
          && names != null
          && names.stream()
              .anyMatch(one -> one.equalsIgnoreCase(name) || one.equalsIgnoreCase(bare))) {
        found.add(end);
      }
    }
    return found;
  }

  @Override
  public @Nullable String name(byte[] address) {
    for (EndpointState mine : endpoints()) {
      for (AttachmentState state : store.all()) {
        EndpointState end = state.on(mine.networkId());
        if (end != null && has(end, address)) {
          List<String> names = end.dnsNames();
          return names == null ? null : names.getFirst() + "." + end.networkName();
        }
      }
    }
    return null;
  }

  private static boolean has(EndpointState end, byte[] address) {
    String text = end.address(address.length == 16);
    return !text.isEmpty() && java.util.Arrays.equals(Ip.parse(text).bytes(), address);
  }

  /**
   * The servers the container asked for, reached from where it is; else the daemon's or the host's,
   * reached from the host. A container that is only on internal networks gets none.
   */
  @Override
  public List<Upstream> upstreams() {
    AttachmentState state = store.find(containerId);
    if (state == null || (state.exit(false) == null && state.exit(true) == null)) {
      return List.of();
    }
    if (!state.dns().isEmpty()) {
      return servers(state.dns(), state.namespacePath());
    }
    return servers(defaults.isEmpty() ? HostFiles.hostServers() : defaults, null);
  }

  private List<Upstream> servers(List<String> texts, @Nullable Path namespace) {
    List<Upstream> servers = new ArrayList<>();
    for (String text : texts) {
      Ip ip = Ip.find(text);
      if (ip != null) {
        servers.add(new Server(ip, namespace));
      }
    }
    return servers;
  }

  /** A server, reached from a namespace or, if that is null, from the host's. */
  private final class Server implements Upstream {
    private final Ip ip;
    private final @Nullable Path namespace;

    Server(Ip ip, @Nullable Path namespace) {
      this.ip = ip;
      this.namespace = namespace;
    }

    @Override
    public InetSocketAddress address() {
      return new InetSocketAddress(java.net.InetAddress.ofLiteral(ip.text()), DNS_PORT);
    }

    private ProtocolFamily family() {
      return ip.isIpv6() ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET;
    }

    @Override
    public DatagramChannel datagrams() throws java.io.IOException {
      return namespace == null
          ? DatagramChannel.open(family())
          : namespaces.inside(namespace, () -> DatagramChannel.open(family()));
    }

    @Override
    public SocketChannel stream() throws java.io.IOException {
      return namespace == null
          ? SocketChannel.open(family())
          : namespaces.inside(namespace, () -> SocketChannel.open(family()));
    }
  }
}
