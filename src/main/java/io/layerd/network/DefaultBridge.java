package io.layerd.network;

import io.layerd.error.SystemFailure;
import io.layerd.network.BridgeChoices.Ipv6;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The network {@code bridge}, as the operator wants it. */
final class DefaultBridge {
  private static final String FAILED = "Error initializing network controller: ";

  /** How an address that containers go out by, and the bridge does not have, is kept back. */
  private static final String GATEWAY4 = "DefaultGatewayIPv4";

  private static final String GATEWAY6 = "DefaultGatewayIPv6";

  private DefaultBridge() {}

  /**
   * It keeps its id. Its subnets are what the options say, else what the interface has (IPv4), else
   * what it had if the host does not use that otherwise, else the first free pool.
   */
  static NetworkRecord of(
      @Nullable NetworkRecord old, NetworkOptions options, DefaultPools defaults) {
    String name = options.bridgeName();
    List<NetworkPool> pools = new ArrayList<>();
    pools.add(ipv4(old, options, defaults));
    Ipv6 ipv6 = options.bridges().ipv6();
    if (ipv6.enabled()) {
      // dockerd lists what was chosen before what was found
      pools.add(ipv6.isChosen() ? 0 : 1, ipv6(old, options, defaults));
    }
    return new NetworkRecord(
        old == null ? RandomId.hex64() : old.id(),
        "bridge",
        "bridge",
        old == null ? Instant.now().toString() : old.created(),
        name,
        true,
        ipv6.enabled(),
        false,
        false,
        false,
        "",
        "default",
        null,
        pools,
        new LinkedHashMap<>(
            Map.of(
                BridgeOptions.BRIDGE + "default_bridge",
                "true",
                BridgeOptions.BRIDGE + "enable_icc",
                Boolean.toString(options.bridges().icc()),
                BridgeOptions.BRIDGE + "enable_ip_masquerade",
                Boolean.toString(options.bridges().masquerade()),
                BridgeOptions.BRIDGE + "host_binding_ipv4",
                options.bridges().hostBinding(),
                BridgeOptions.BRIDGE + "name",
                name,
                BridgeOptions.MTU,
                Integer.toString(options.mtu()))),
        Map.of());
  }

  private static NetworkPool ipv4(
      @Nullable NetworkRecord old, NetworkOptions options, DefaultPools pools) {
    String name = options.bridgeName();
    Cidr address = options.bip() == null ? HostSubnets.of(name) : Cidr.parse(options.bip());
    Cidr own = ownAddress(address == null ? free(old, name, pools, false) : address);
    return new NetworkPool(
        own.subnet(),
        range(options.bridges().fixedCidr(), own),
        own.address().text(),
        true,
        kept(GATEWAY4, options.bridges().gateway(), own),
        options.bip() != null);
  }

  /** Without an address of its own the bridge has the first of the subnet, and does not tell. */
  private static NetworkPool ipv6(
      @Nullable NetworkRecord old, NetworkOptions options, DefaultPools pools) {
    Ipv6 chosen = options.bridges().ipv6();
    Cidr fixed = chosen.fixedCidr() == null ? null : Cidr.parse(chosen.fixedCidr());
    Cidr own;
    if (chosen.bip() != null) {
      own = Cidr.find(chosen.bip());
      if (own == null || !own.isIpv6()) {
        throw new SystemFailure(
            FAILED + "parse bip6 failed: invalid CIDR address: " + chosen.bip());
      }
    } else if (fixed != null) {
      own = fixed.at(fixed.first());
    } else {
      own = free(old, options.bridgeName(), pools, true);
    }
    own = ownAddress(own);
    if (fixed != null && !own.contains(fixed)) {
      throw outside(own, "fixed-cidr-v6", fixed.subnet());
    }
    return new NetworkPool(
        own.subnet(),
        fixed == null ? null : fixed.subnet(),
        own.address().text(),
        chosen.bip() != null || fixed == null,
        kept(GATEWAY6, chosen.gateway(), own),
        chosen.isChosen());
  }

  private static Cidr free(
      @Nullable NetworkRecord old, String name, DefaultPools pools, boolean ipv6) {
    List<Cidr> used = HostSubnets.used(name);
    NetworkPool before = old == null ? null : old.pool(ipv6);
    boolean free = before != null && used.stream().noneMatch(before.cidr()::overlaps);
    return free && before != null ? before.cidr() : pools.firstFree(used, ipv6);
  }

  private static Cidr ownAddress(Cidr cidr) {
    return cidr.address().equals(cidr.network()) ? cidr.at(cidr.first()) : cidr;
  }

  private static @Nullable String range(@Nullable String fixed, Cidr subnet) {
    if (fixed == null) {
      return null;
    }
    Cidr range = Cidr.find(fixed);
    if (range == null) {
      throw new SystemFailure(FAILED + "parse fixed-cidr failed: invalid CIDR address: " + fixed);
    }
    if (!subnet.contains(range)) {
      throw outside(subnet, "fixed-cidr", fixed);
    }
    return range.subnet();
  }

  private static SystemFailure outside(Cidr subnet, String what, String range) {
    return new SystemFailure(
        "%sthe default bridge's subnet %s does not contain %s %s"
            .formatted(FAILED, subnet.subnet(), what, range));
  }

  private static Map<String, String> kept(String name, @Nullable String gateway, Cidr subnet) {
    if (gateway == null) {
      return Map.of();
    }
    if (!subnet.contains(Ip.parse(gateway))) {
      throw new SystemFailure(
          "%serror creating default \"bridge\" network: auxiliary address: (%s:%s) must belong to the master pool: %s"
              .formatted(FAILED, name, gateway, subnet.subnet()));
    }
    return Map.of(name, gateway);
  }

  /** Where containers go out by: the bridge, unless the operator named another address. */
  static @Nullable String exit(NetworkRecord network, NetworkPool pool) {
    String other =
        network.name().equals("bridge")
            ? pool.auxiliary().get(pool.isIpv6() ? GATEWAY6 : GATEWAY4)
            : null;
    return other == null ? pool.gateway() : other;
  }
}
