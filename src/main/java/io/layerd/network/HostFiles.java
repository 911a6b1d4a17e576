package io.layerd.network;

import io.layerd.error.SystemFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** What a container finds in /etc/hosts and /etc/resolv.conf, as dockerd 28 writes them. */
public final class HostFiles {
  private static final Path RESOLV_CONF = Path.of("/etc/resolv.conf");
  private static final Path SYSTEMD_RESOLV_CONF = Path.of("/run/systemd/resolve/resolv.conf");

  private static final String HOSTS =
      """
      127.0.0.1	localhost
      ::1	localhost ip6-localhost ip6-loopback
      fe00::	ip6-localnet
      ff00::	ip6-mcastprefix
      ff02::1	ip6-allnodes
      ff02::2	ip6-allrouters
      """;

  private final Path resolvConf;
  private final Path systemdResolvConf;
  private final List<String> hostGateways;

  /**
   * @param hostGateways the addresses that {@code host-gateway} stands for
   */
  public HostFiles(List<String> hostGateways) {
    this(hostGateways, RESOLV_CONF, SYSTEMD_RESOLV_CONF);
  }

  HostFiles(List<String> hostGateways, Path resolvConf, Path systemdResolvConf) {
    this.hostGateways = List.copyOf(hostGateways);
    this.resolvConf = resolvConf;
    this.systemdResolvConf = systemdResolvConf;
  }

  /**
   * {@code /etc/hosts}.
   *
   * @param names the container's own addresses to its names; a name with a domain gets its first
   *     label beside it
   * @param extra {@code name:address} or {@code name=address} as given with --add-host
   */
  public String hosts(Map<String, String> names, List<String> extra) {
    StringBuilder hosts = new StringBuilder(HOSTS);
    for (String entry : extra) {
      int colon = entry.indexOf(':');
      int equal = entry.indexOf('=');
      int split = equal >= 0 && (colon < 0 || equal < colon) ? equal : colon;
      if (split > 0) {
        String address = entry.substring(split + 1);
        if (address.startsWith("[") && address.endsWith("]")) {
          address = address.substring(1, address.length() - 1);
        }
        String name = entry.substring(0, split);
        List<String> all = address.equals("host-gateway") ? hostGateways : List.of(address);
        all.forEach(one -> hosts.append(one).append('\t').append(name).append('\n'));
      }
    }
    names.forEach(
        (address, name) -> {
          int dot = name.indexOf('.');
          boolean alone = dot > 0 && name.indexOf(' ') < 0;
          hosts.append(address).append('\t').append(name);
          hosts.append(alone ? " " + name.substring(0, dot) : "").append('\n');
        });
    return hosts.toString();
  }

  /**
   * {@code /etc/resolv.conf}: the host's with what was asked for in its place.
   *
   * @param hostNetwork keep name servers on the host's loopback, which others cannot reach
   */
  public String resolvConf(
      List<String> servers, List<String> search, List<String> options, boolean hostNetwork) {
    Path file = source();
    try {
      String host = Files.exists(file) ? Files.readString(file) : "";
      return ResolvConf.parse(host)
          .override(servers, search, options)
          .render(file.toString(), hostNetwork, PortHold.hasIpv6());
    } catch (IOException e) {
      throw new SystemFailure("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  /** The name servers of this host, those on its loopback among them. */
  static List<String> hostServers() {
    try {
      return Files.exists(RESOLV_CONF)
          ? ResolvConf.parse(Files.readString(RESOLV_CONF)).servers()
          : List.of();
    } catch (IOException e) {
      throw new SystemFailure("cannot read " + RESOLV_CONF + ": " + e.getMessage(), e);
    }
  }

  /**
   * {@code /etc/resolv.conf} of a container that asks layerd: servers are those asked behind it.
   */
  public String resolverConf(List<String> servers, List<String> search, List<String> options) {
    Path file = source();
    try {
      String host = Files.exists(file) ? Files.readString(file) : "";
      return ResolvConf.parse(host)
          .override(servers, search, options)
          .renderResolver(Resolvers.ADDRESS, file.toString());
    } catch (IOException e) {
      throw new SystemFailure("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  /** systemd-resolved's stub is no use in a container: it keeps the real servers elsewhere. */
  private Path source() {
    try {
      boolean stub =
          Files.exists(resolvConf)
              && Files.exists(systemdResolvConf)
              && ResolvConf.parse(Files.readString(resolvConf))
                  .servers()
                  .equals(List.of("127.0.0.53"));
      return stub ? systemdResolvConf : resolvConf;
    } catch (IOException e) {
      throw new SystemFailure("cannot read " + resolvConf + ": " + e.getMessage(), e);
    }
  }
}
