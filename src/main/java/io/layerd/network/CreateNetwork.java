package io.layerd.network;

import io.layerd.error.Forbidden;
import io.layerd.error.NotFound;
import io.layerd.error.SystemFailure;
import io.layerd.network.NetworkService.NewNetwork;
import io.layerd.network.NetworkService.PoolRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Plans a network that a user asks for. Called by one thread at a time; writes nothing. */
final class CreateNetwork {
  private final NetworkTable table;
  private final DefaultPools defaults;
  private final Map<String, Map<String, String>> usual;

  /**
   * @param usual by driver, options of networks that do not have them
   */
  CreateNetwork(NetworkTable table, DefaultPools defaults, Map<String, Map<String, String>> usual) {
    this.table = table;
    this.defaults = defaults;
    this.usual = usual;
  }

  NetworkRecord plan(NewNetwork request) {
    NewNetworkChecks.name(request.name(), table.byName(request.name()));
    NewNetworkChecks.check(request);
    NetworkRecord from = from(request.configFrom());
    String id = RandomId.hex64();
    if (request.configOnly()) {
      return record(id, request, "null", "", pools(request.pools()), request.options());
    }
    Map<String, String> options = new TreeMap<>(usual.getOrDefault(request.driver(), Map.of()));
    options.putAll(from == null ? request.options() : from.options());
    List<NetworkPool> asked = from == null ? pools(request.pools()) : from.pools();
    NewNetworkChecks.options(request.driver(), options);
    if (request.driver().equals("bridge")) {
      bridge(id, link(id, "bridge", options), asked);
    }
    Map<String, String> labels = from == null ? request.labels() : from.labels();
    List<NetworkPool> pools = complete(request, asked, gateways(request, options));
    String link = link(id, request.driver(), options);
    return record(id, request, request.driver(), link, pools, options).labelled(labels);
  }

  private @Nullable NetworkRecord from(String name) {
    NetworkRecord found = name.isEmpty() ? null : table.byName(name);
    if (!name.isEmpty() && (found == null || !found.configOnly())) {
      throw new NotFound("configuration network \"" + name + "\" does not exist");
    }
    return found;
  }

  private static NetworkRecord record(
      String id,
      NewNetwork request,
      String driver,
      String link,
      List<NetworkPool> pools,
      Map<String, String> options) {
    return new NetworkRecord(
        id,
        request.name(),
        driver,
        Instant.now().toString(),
        link,
        request.enableIpv4(),
        request.enableIpv6(),
        request.internal(),
        request.attachable(),
        request.configOnly(),
        request.configFrom(),
        "default",
        request.ipamOptions(),
        pools,
        options,
        request.labels());
  }

  private static List<NetworkPool> pools(List<PoolRequest> asked) {
    return asked.stream()
        .map(
            pool ->
                new NetworkPool(
                    pool.subnet(),
                    pool.ipRange().isEmpty() ? null : pool.ipRange(),
                    pool.gateway().isEmpty() ? null : pool.gateway(),
                    !pool.gateway().isEmpty(),
                    pool.auxiliary(),
                    true))
        .toList();
  }

  private String link(String id, String driver, Map<String, String> options) {
    if (!driver.equals("bridge")) {
      return ParentLinks.plan(id, driver, options, table.all());
    }
    String name = options.getOrDefault(BridgeOptions.BRIDGE + "name", "");
    return name.isEmpty() ? "br-" + id.substring(0, 12) : name;
  }

  private void bridge(String id, String link, List<NetworkPool> asked) {
    Path existing = Path.of("/sys/class/net", link);
    if (Files.exists(existing) && !Files.exists(existing.resolve("bridge"))) {
      throw new SystemFailure("existing interface " + link + " is not a bridge");
    }
    for (NetworkRecord other : table.all()) {
      if (other.isBridge() && other.link().equals(link)) {
        throw new Forbidden(
            "cannot create network %s (%s): conflicts with network %s (%s): networks have same bridge name"
                .formatted(id, link, other.id(), link));
      }
    }
    Set<Boolean> families = new HashSet<>();
    for (NetworkPool pool : asked) {
      if (!families.add(pool.isIpv6())) {
        throw new Forbidden("bridge driver doesn't support multiple subnets");
      }
    }
  }

  /** Whether a gateway is chosen where none was asked for. */
  private static boolean gateways(NewNetwork request, Map<String, String> options) {
    return switch (request.driver()) {
      case "macvlan" -> !request.internal();
      case "ipvlan" -> !request.internal() && Ipvlan.hasGateway(options);
      default -> true;
    };
  }

  /** Checks the subnets asked for, takes what is missing from the defaults, chooses gateways. */
  private List<NetworkPool> complete(
      NewNetwork request, List<NetworkPool> asked, boolean gateways) {
    List<Cidr> ours = new ArrayList<>();
    for (NetworkRecord network : table.all()) {
      if (!network.configOnly()) {
        network.pools().forEach(pool -> ours.add(pool.cidr()));
      }
    }
    List<NetworkPool> all = new ArrayList<>();
    for (NetworkPool pool : asked) {
      if (ours.stream().anyMatch(pool.cidr()::overlaps) || pool.cidr().prefix() == 0) {
        throw new Forbidden(
            "invalid pool request: Pool overlaps with other one on this address space");
      }
      ours.add(pool.cidr());
      all.add(withGateway(pool, gateways));
    }
    for (boolean ipv6 : new boolean[] {false, true}) {
      boolean wanted = ipv6 ? request.enableIpv6() : request.enableIpv4();
      if (wanted && all.stream().noneMatch(pool -> pool.isIpv6() == ipv6)) {
        List<Cidr> used = new ArrayList<>(HostSubnets.used(""));
        used.addAll(ours);
        Cidr free = defaults.firstFree(used, ipv6);
        ours.add(free);
        String gateway = gateways ? free.first().text() : null;
        all.add(new NetworkPool(free.subnet(), null, gateway, true, Map.of(), false));
      }
    }
    return all;
  }

  private static NetworkPool withGateway(NetworkPool pool, boolean gateways) {
    Set<Ip> kept = new HashSet<>();
    Ip gateway = pool.gatewayIp();
    if (gateway != null) {
      kept.add(gateway);
    }
    pool.auxiliary()
        .forEach(
            (name, text) -> {
              if (!kept.add(Ip.parse(text))) {
                throw new Forbidden(
                    "failed to allocate secondary ip address (%s:%s): Address already in use"
                        .formatted(name, text));
              }
            });
    if (gateway != null || !gateways) {
      return pool;
    }
    Cidr subnet = pool.cidr();
    Ip chosen = pool.ipRange() == null ? subnet.first() : firstOf(subnet, pool.range());
    while (kept.contains(chosen)) {
      chosen = chosen.plus(1);
    }
    return new NetworkPool(
        pool.subnet(), pool.ipRange(), chosen.text(), false, pool.auxiliary(), true);
  }

  private static Ip firstOf(Cidr subnet, Cidr range) {
    return range.network().equals(subnet.network()) ? subnet.first() : range.network();
  }
}
