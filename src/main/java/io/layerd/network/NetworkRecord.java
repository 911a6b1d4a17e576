package io.layerd.network;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.layerd.network.NetworkService.Endpoint;
import io.layerd.network.NetworkService.Network;
import io.layerd.network.NetworkService.Subnet;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A network as it is kept on disk.
 *
 * @param link interface on the host: the bridge, or the parent of a macvlan or ipvlan; empty if
 *     there is none
 * @param configFrom name of the configuration network this one took its settings from
 * @param options as they were given, for inspect; {@link BridgeOptions} reads them
 */
record NetworkRecord(
    @JsonProperty("id") String id,
    @JsonProperty("name") String name,
    @JsonProperty("driver") String driver,
    @JsonProperty("created") String created,
    @JsonProperty("link") String link,
    @JsonProperty("enableIpv4") boolean enableIpv4,
    @JsonProperty("enableIpv6") boolean enableIpv6,
    @JsonProperty("internal") boolean internal,
    @JsonProperty("attachable") boolean attachable,
    @JsonProperty("configOnly") boolean configOnly,
    @JsonProperty("configFrom") String configFrom,
    @JsonProperty("ipamDriver") String ipamDriver,
    @JsonProperty("ipamOptions") @Nullable Map<String, String> ipamOptions,
    @JsonProperty("pools") List<NetworkPool> pools,
    @JsonProperty("options") Map<String, String> options,
    @JsonProperty("labels") Map<String, String> labels) {
  static final Set<String> BUILT_IN = Set.of("bridge", "host", "none");

  NetworkRecord {
    link = link == null ? "" : link;
    configFrom = configFrom == null ? "" : configFrom;
    ipamDriver = ipamDriver == null ? "default" : ipamDriver;
    pools = pools == null ? List.of() : List.copyOf(pools);
    options = options == null ? Map.of() : options;
    labels = labels == null ? Map.of() : labels;
  }

  @JsonIgnore
  boolean isBridge() {
    return driver.equals("bridge") && !configOnly;
  }

  @JsonIgnore
  boolean isBuiltIn() {
    return BUILT_IN.contains(name);
  }

  /** Whether containers on it have interfaces and addresses. */
  @JsonIgnore
  boolean isWired() {
    return isBridge() || hasParent();
  }

  /** Whether its interfaces are slices of one of the host's. */
  @JsonIgnore
  boolean hasParent() {
    return !configOnly && (driver.equals("macvlan") || driver.equals("ipvlan"));
  }

  /** Whether containers on it find each other by name. */
  @JsonIgnore
  boolean hasNames() {
    return isWired() && !isBuiltIn();
  }

  NetworkRecord labelled(Map<String, String> others) {
    return new NetworkRecord(
        id,
        name,
        driver,
        created,
        link,
        enableIpv4,
        enableIpv6,
        internal,
        attachable,
        configOnly,
        configFrom,
        ipamDriver,
        ipamOptions,
        pools,
        options,
        others);
  }

  @Nullable NetworkPool pool(boolean ipv6) {
    if (ipv6 ? !enableIpv6 : !enableIpv4) {
      return null;
    }
    return pools.stream().filter(pool -> pool.isIpv6() == ipv6).findFirst().orElse(null);
  }

  NetworkPool ipv4() {
    return Objects.requireNonNull(pool(false), () -> "network " + name + " has no IPv4");
  }

  BridgeOptions bridgeOptions() {
    return BridgeOptions.of(options);
  }

  Network view(Map<String, Endpoint> containers) {
    return new Network(
        id,
        name,
        driver,
        "local",
        Instant.parse(created),
        enableIpv4,
        enableIpv6,
        internal,
        attachable,
        configOnly,
        configFrom,
        ipamDriver,
        ipamOptions,
        pools.stream()
            .map(
                pool ->
                    new Subnet(
                        pool.subnet(),
                        pool.ipRange(),
                        pool.gatewayShown() ? pool.gateway() : null,
                        pool.auxiliary()))
            .toList(),
        options,
        labels,
        containers);
  }
}
