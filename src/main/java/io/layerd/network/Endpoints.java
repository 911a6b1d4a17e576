package io.layerd.network;

import io.layerd.error.InvalidParameter;
import io.layerd.network.AttachmentState.EndpointState;
import io.layerd.spec.EndpointIpamConfig;
import io.layerd.spec.EndpointSettings;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Gives a container its place on each network it asks for. */
final class Endpoints {
  static final EndpointSettings NOTHING_ASKED =
      new EndpointSettings(null, null, null, "", null, 0, "", "", "", "", 0, "", "", 0, null);

  /** Lengths of the prefixes of link-local networks. */
  static final int LINK_LOCAL_4 = 16;

  static final int LINK_LOCAL_6 = 64;

  private static final Pattern MAC = Pattern.compile("([0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}");

  private final NetworkTable table;
  private final AddressPools addresses;

  Endpoints(NetworkTable table, AddressPools addresses) {
    this.table = table;
    this.addresses = addresses;
  }

  /** Whose endpoint it is. */
  record Owner(String containerId, String name, String hostname) {}

  /** All of them, or none with every address given back. */
  List<EndpointState> give(Owner owner, Map<String, EndpointSettings> asked) {
    List<EndpointState> given = new ArrayList<>();
    try {
      for (var entry : asked.entrySet()) {
        NetworkRecord network = table.get(entry.getKey());
        if (asked.size() > 1 && !network.isWired()) {
          throw new InvalidParameter(
              "container cannot be connected to network endpoints: "
                  + String.join(", ", asked.keySet()));
        }
        EndpointSettings wish = entry.getValue() == null ? NOTHING_ASKED : entry.getValue();
        check("invalid config for network " + network.name() + ": ", network, wish);
        given.add(one(owner, network, wish, given));
      }
      return given;
    } catch (RuntimeException e) {
      release(given);
      throw e;
    }
  }

  void release(List<EndpointState> given) {
    for (EndpointState endpoint : given) {
      for (boolean ipv6 : new boolean[] {false, true}) {
        if (!endpoint.address(ipv6).isEmpty()) {
          addresses.release(endpoint.networkId(), endpoint.address(ipv6));
        }
      }
    }
  }

  /** Those a container has from an earlier daemon. */
  void reserve(List<EndpointState> given) {
    for (EndpointState endpoint : given) {
      for (boolean ipv6 : new boolean[] {false, true}) {
        if (!endpoint.address(ipv6).isEmpty()) {
          addresses.reserve(endpoint.networkId(), endpoint.address(ipv6));
        }
      }
    }
  }

  /** One more beside {@code others}. */
  EndpointState one(
      Owner owner, NetworkRecord network, EndpointSettings wish, List<EndpointState> others) {
    if (!network.isWired()) {
      return new EndpointState(
          network.id(),
          network.name(),
          RandomId.hex64(),
          "",
          "",
          0,
          "",
          "",
          0,
          "",
          "",
          false,
          false,
          null,
          wish);
    }
    EndpointIpamConfig ipam = wish.ipamConfig();
    NetworkPool pool4 = network.pool(false);
    NetworkPool pool6 = network.pool(true);
    String address = pool4 == null ? "" : address(network, pool4, ipam, false);
    String address6;
    try {
      address6 = pool6 == null ? "" : address(network, pool6, ipam, true);
    } catch (RuntimeException e) {
      if (!address.isEmpty()) {
        addresses.release(network.id(), address);
      }
      throw e;
    }
    return new EndpointState(
        network.id(),
        network.name(),
        RandomId.hex64(),
        interfaceName(network, wish, others),
        address,
        pool4 == null ? 0 : pool4.cidr().prefix(),
        gateway(network, pool4, network.bridgeOptions().gateway4()),
        address6,
        pool6 == null ? 0 : pool6.cidr().prefix(),
        gateway(network, pool6, network.bridgeOptions().gateway6()),
        network.driver().equals("ipvlan") ? Ipvlan.mac(owner.name(), network, wish) : mac(wish),
        network.isBridge(),
        network.driver().equals("ipvlan") && !Ipvlan.hasGateway(network.options()),
        network.hasNames() ? names(owner, wish.aliases()) : null,
        wish);
  }

  private static String mac(EndpointSettings wish) {
    return wish.macAddress().isEmpty() ? RandomId.mac() : wish.macAddress();
  }

  private String address(
      NetworkRecord network, NetworkPool pool, @Nullable EndpointIpamConfig ipam, boolean ipv6) {
    String wish = ipam == null ? "" : ipv6 ? ipam.iPv6Address() : ipam.iPv4Address();
    Ip ip =
        wish.isEmpty()
            ? addresses.next(network, pool)
            : addresses.take(network, pool, Ip.parse(wish));
    return ip.text();
  }

  private static String gateway(NetworkRecord network, @Nullable NetworkPool pool, String mode) {
    String gateway = pool == null ? null : DefaultBridge.exit(network, pool);
    boolean none = network.internal() || mode.equals("isolated");
    return none || gateway == null ? "" : gateway;
  }

  /** The lowest number that is free. */
  private static String interfaceName(
      NetworkRecord network, EndpointSettings wish, List<EndpointState> others) {
    String asked =
        wish.driverOpts() == null
            ? ""
            : wish.driverOpts().getOrDefault("com.docker.network.endpoint.ifname", "");
    if (!asked.isEmpty()) {
      return asked;
    }
    String prefix = network.bridgeOptions().interfacePrefix();
    for (int number = 0; ; number++) {
      String name = prefix + number;
      if (others.stream().noneMatch(other -> other.interfaceName().equals(name))) {
        return name;
      }
    }
  }

  /** The container's name, its aliases, its short id and its host name, each once. */
  static List<String> names(Owner owner, @Nullable List<String> aliases) {
    Set<String> names = new LinkedHashSet<>();
    names.add(owner.name());
    names.addAll(aliases == null ? List.of() : aliases);
    names.add(owner.containerId().substring(0, Math.min(12, owner.containerId().length())));
    names.add(owner.hostname());
    names.remove("");
    return List.copyOf(names);
  }

  /**
   * What a network does not give.
   *
   * @param where said first
   */
  static void check(String where, NetworkRecord network, @Nullable EndpointSettings wish) {
    if (wish == null) {
      return;
    }
    String mac = wish.macAddress();
    if (!mac.isEmpty() && !MAC.matcher(mac).matches()) {
      throw new InvalidParameter(where + "invalid MAC address " + mac);
    }
    List<String> wrong = new ArrayList<>();
    EndpointIpamConfig ipam = wish.ipamConfig();
    String asked = ipam == null ? "" : ipam.iPv4Address() + ipam.iPv6Address();
    if (!network.hasNames() && !asked.isEmpty()) {
      wrong.add("user specified IP address is supported on user defined networks only");
    }
    if (!network.hasNames() && wish.aliases() != null && !wish.aliases().isEmpty()) {
      wrong.add("network-scoped alias is supported only for containers in user defined networks");
    }
    EndpointSysctls.check(wish.driverOpts(), wrong);
    for (String text : linkLocalTexts(ipam)) {
      if (Ip.find(text) == null) {
        wrong.add("invalid link-local IP address: " + text);
      }
    }
    if (ipam != null) {
      address(network, ipam.iPv4Address(), false, wrong);
      address(network, ipam.iPv6Address(), true, wrong);
    }
    if (!wrong.isEmpty()) {
      throw new InvalidParameter(
          where + "invalid endpoint settings:\n" + NewNetworkChecks.joined(wrong));
    }
  }

  private static List<String> linkLocalTexts(@Nullable EndpointIpamConfig ipam) {
    return ipam == null || ipam.linkLocalIPs() == null ? List.of() : ipam.linkLocalIPs();
  }

  /** Addresses asked for beside those of the network's subnets. */
  static List<Ip> linkLocal(EndpointSettings wish) {
    return linkLocalTexts(wish.ipamConfig()).stream()
        .map(Ip::find)
        .filter(Objects::nonNull)
        .toList();
  }

  private static void address(
      NetworkRecord network, String text, boolean ipv6, List<String> wrong) {
    if (text.isEmpty()) {
      return;
    }
    Ip ip = Ip.find(text);
    if (ip == null || ip.isIpv6() != ipv6) {
      wrong.add("invalid " + (ipv6 ? "IPv6" : "IPv4") + " address: " + text);
    }
    List<NetworkPool> chosen =
        network.pools().stream().filter(pool -> pool.chosen() && pool.isIpv6() == ipv6).toList();
    if (chosen.isEmpty() && network.hasNames()) {
      wrong.add(
          "user specified IP address is supported only when connecting to networks with user"
              + " configured subnets");
    } else if (!chosen.isEmpty()
        && (ip == null || chosen.stream().noneMatch(pool -> pool.cidr().contains(ip)))) {
      wrong.add("no configured subnet or ip-range contain the IP address " + text);
    }
  }
}
