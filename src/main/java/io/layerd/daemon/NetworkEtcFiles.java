package io.layerd.daemon;

import io.layerd.container.EtcFiles;
import io.layerd.error.NotFound;
import io.layerd.error.SystemFailure;
import io.layerd.network.HostFiles;
import io.layerd.network.NetworkService;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The container's files under /etc, with what the daemon was told about DNS where a container says
 * nothing.
 */
final class NetworkEtcFiles implements EtcFiles {
  private static final Path HOSTS = Path.of("/etc/hosts");

  private final NetworkService networks;
  private final DaemonConfig config;

  NetworkEtcFiles(NetworkService networks, DaemonConfig config) {
    this.networks = networks;
    this.config = config;
  }

  /** On the host's network the host's own file, unless names were added for the container. */
  @Override
  public String hosts(Map<String, String> names, List<String> extra, boolean hostNetwork) {
    if (!hostNetwork || !extra.isEmpty() || !Files.exists(HOSTS)) {
      return files().hosts(names, extra);
    }
    try {
      return Files.readString(HOSTS);
    } catch (IOException e) {
      throw new SystemFailure("cannot read " + HOSTS + ": " + e.getMessage(), e);
    }
  }

  @Override
  public String resolvConf(
      List<String> servers, List<String> search, List<String> options, boolean hostNetwork) {
    return files()
        .resolvConf(
            servers.isEmpty() ? config.dns() : servers,
            search.isEmpty() ? config.dnsSearch() : search,
            options.isEmpty() ? config.dnsOptions() : options,
            hostNetwork);
  }

  @Override
  public String resolverConf(List<String> servers, List<String> search, List<String> options) {
    return files()
        .resolverConf(
            servers.isEmpty() ? config.dns() : servers,
            search.isEmpty() ? config.dnsSearch() : search,
            options.isEmpty() ? config.dnsOptions() : options);
  }

  private HostFiles files() {
    return new HostFiles(gateways());
  }

  /**
   * What {@code host-gateway} stands for: what the daemon was told, or the host's address on the
   * default bridge.
   */
  List<String> gateways() {
    List<String> told = config.engine().hostGateways();
    if (!told.isEmpty()) {
      return told;
    }
    try {
      return networks.get("bridge").subnets().stream()
          .map(NetworkService.Subnet::gateway)
          .filter(gateway -> gateway != null && gateway.indexOf(':') < 0)
          .limit(1)
          .toList();
    } catch (NotFound e) {
      return List.of();
    }
  }
}
