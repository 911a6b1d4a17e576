package io.layerd.network;

import io.layerd.error.Forbidden;
import io.layerd.error.InvalidParameter;
import io.layerd.error.NotFound;
import io.layerd.error.SystemFailure;
import io.layerd.network.NetworkService.NewNetwork;
import io.layerd.network.NetworkService.PoolRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What dockerd refuses before it looks at the host, in its words and its order. */
final class NewNetworkChecks {
  private static final Set<String> DRIVERS = Set.of("bridge", "macvlan", "ipvlan", "null", "host");
  private static final Set<String> MACVLAN_MODES = Set.of("bridge", "private", "vepa", "passthru");

  private NewNetworkChecks() {}

  static void check(NewNetwork request) {
    if (request.scope().equals("swarm")) {
      throw new Forbidden("cannot create a swarm scoped network when swarm is not active");
    }
    if (request.ingress()) {
      throw new Forbidden("Ingress network can only be global scope network");
    }
    ipam(request.pools());
    if (request.configOnly()) {
      configOnly(request);
      return;
    }
    if (!request.configFrom().isEmpty()) {
      configFrom(request);
    }
    driver(request);
  }

  private static void configOnly(NewNetwork request) {
    if (request.internal() || request.attachable() || !request.scope().isEmpty()) {
      throw new Forbidden(
          "configuration network can only contain network specific fields. Network operator"
              + " fields like [ ingress | internal | attachable | scope ] are not supported.");
    }
    if (!request.configFrom().isEmpty()) {
      throw new Forbidden("a configuration network cannot depend on another configuration network");
    }
  }

  private static void configFrom(NewNetwork request) {
    if (!request.options().isEmpty()) {
      throw new Forbidden(
          "network driver options are not supported if the network depends on a configuration"
              + " network");
    }
    if (!request.labels().isEmpty() || !request.pools().isEmpty()) {
      throw new Forbidden(
          "user specified configurations are not supported if the network depends on a"
              + " configuration network");
    }
  }

  private static void driver(NewNetwork request) {
    String driver = request.driver();
    if (driver.equals("overlay")) {
      throw new Forbidden(
          "This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm join\" to"
              + " connect this node to swarm and try again.");
    }
    if (!DRIVERS.contains(driver)) {
      throw new NotFound("plugin \"" + driver + "\" not found");
    }
    if (driver.equals("host") || driver.equals("null")) {
      throw new Forbidden("only one instance of \"" + driver + "\" network is allowed");
    }
    if (!request.enableIpv4() && !request.enableIpv6()) {
      throw new InvalidParameter("IPv4 or IPv6 must be enabled");
    }
    if (!Set.of("default", "").contains(request.ipamDriver())) {
      throw new NotFound("plugin \"" + request.ipamDriver() + "\" not found");
    }
  }

  /** The options of a driver; {@code options} are those the network will have. */
  static void options(String driver, Map<String, String> options) {
    BridgeOptions bridge = BridgeOptions.of(options);
    if (driver.equals("bridge") && bridge.name().length() > 15) {
      throw new SystemFailure("numerical result out of range");
    }
    String mode = options.getOrDefault("macvlan_mode", "");
    if (driver.equals("macvlan") && !mode.isEmpty() && !MACVLAN_MODES.contains(mode)) {
      throw new SystemFailure(
          "requested macvlan mode '"
              + mode
              + "' is not valid, 'bridge' mode is the macvlan driver default");
    }
    if (driver.equals("ipvlan")) {
      Ipvlan.check(options);
    }
  }

  private static void ipam(List<PoolRequest> pools) {
    List<String> wrong = new ArrayList<>();
    for (PoolRequest pool : pools) {
      Cidr subnet = Cidr.find(pool.subnet());
      if (subnet == null) {
        wrong.add("invalid subnet " + pool.subnet() + ": invalid CIDR block notation");
      } else {
        if (!subnet.address().equals(subnet.network())) {
          wrong.add("invalid subnet " + pool.subnet() + ": it should be " + subnet.subnet());
        }
        within(subnet, pool, wrong);
      }
    }
    if (!wrong.isEmpty()) {
      throw new InvalidParameter("invalid network config:\n" + joined(wrong));
    }
  }

  private static void within(Cidr subnet, PoolRequest pool, List<String> wrong) {
    if (!pool.ipRange().isEmpty()) {
      range(subnet, pool.ipRange(), wrong);
    }
    if (!pool.gateway().isEmpty()) {
      address(subnet, "gateway " + pool.gateway(), pool.gateway(), wrong);
    }
    pool.auxiliary().forEach((name, ip) -> address(subnet, "auxiliary address " + name, ip, wrong));
  }

  private static void range(Cidr subnet, String text, List<String> wrong) {
    String what = "invalid ip-range " + text + ": ";
    Cidr range = Cidr.find(text);
    if (range == null) {
      wrong.add(what + "invalid CIDR block notation");
    } else if (!subnet.contains(range)) {
      wrong.add(what + "parent subnet " + subnet.subnet() + " doesn't contain ip-range");
    } else if (!range.address().equals(range.network())) {
      wrong.add(what + "it should be " + range.subnet());
    }
  }

  private static void address(Cidr subnet, String what, String text, List<String> wrong) {
    Ip ip = Ip.find(text);
    if (ip == null) {
      wrong.add("invalid " + what + ": invalid address");
    } else if (!subnet.contains(ip)) {
      wrong.add(
          "invalid "
              + what
              + ": parent subnet "
              + subnet.subnet()
              + " doesn't contain this address");
    }
  }

  /** As Go's errors.Join shows several errors, and dockerd one. */
  static String joined(List<String> errors) {
    return errors.size() == 1
        ? errors.getFirst()
        : String.join("\n", errors.stream().map(error -> "* " + error).toList());
  }

  /** The name must be free; reserved names are dockerd's own. */
  static void name(String name, @Nullable NetworkRecord taken) {
    if (name.isBlank()) {
      throw new InvalidParameter("invalid name: name is empty");
    }
    if (Set.of("bridge", "host", "none", "default").contains(name)) {
      throw new Forbidden("operation is not permitted on predefined " + name + " network ");
    }
    if (taken != null) {
      throw new io.layerd.error.Conflict("network with name " + name + " already exists");
    }
  }
}
