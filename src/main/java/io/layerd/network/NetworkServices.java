package io.layerd.network;

import io.layerd.durable.AtomicFiles;
import io.layerd.sys.Sys;
import java.nio.file.Path;
import java.util.Optional;

/** Opens the networks of a daemon. */
public final class NetworkServices {
  private NetworkServices() {}

  /**
   * Where a program of the host is that networks are made with: {@code netavark}, {@code
   * aardvark-dns}, {@code iptables}.
   */
  public static Optional<Path> program(String name) {
    return Optional.ofNullable(HostPrograms.find(name));
  }

  /**
   * Reads what an earlier daemon left; call {@link NetworkService#recover} next, before the first
   * {@link NetworkService#connect}.
   *
   * @param seen the kernel that files of containers are seen through
   */
  public static NetworkService open(NetworkOptions options, Sys seen) {
    Sys sys = seen.outside();
    Path execRoot = options.execRoot();
    DefaultPools pools = options.pools().withIpv6(options.dataRoot().toAbsolutePath().toString());
    NetworkTable table = NetworkTable.open(options, pools, new AtomicFiles(seen.outside()));
    NetNamespaces namespaces = new NetNamespaces(seen, execRoot.resolve("netns"));
    namespaces.open();
    AttachmentStore store = AttachmentStore.open(execRoot.resolve("network"));
    Netavark netavark = new Netavark(options, execRoot.resolve("netavark"));
    return new NetavarkNetworks(
        new NetavarkNetworks.Parts(
            table,
            pools,
            namespaces,
            store,
            new Wiring(sys, namespaces, netavark),
            new ParentLinks(sys),
            new Firewall(table, store, execRoot, options.bridges().packetRules()),
            new Resolvers(namespaces, store, options.dns()),
            options.bridges()));
  }
}
