package io.layerd.api.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.layerd.network.NetworkService.Network;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A network, in lists (without its containers) and alone. */
public record NetworkItem(
    @JsonProperty("Name") String name,
    @JsonProperty("Id") String id,
    @JsonProperty("Created") String created,
    @JsonProperty("Scope") String scope,
    @JsonProperty("Driver") String driver,
    @JsonProperty("EnableIPv4") boolean enableIpv4,
    @JsonProperty("EnableIPv6") boolean enableIpv6,
    @JsonProperty("IPAM") Ipam ipam,
    @JsonProperty("Internal") boolean internal,
    @JsonProperty("Attachable") boolean attachable,
    @JsonProperty("Ingress") boolean ingress,
    @JsonProperty("ConfigFrom") ConfigFrom configFrom,
    @JsonProperty("ConfigOnly") boolean configOnly,
    @JsonProperty("Containers") Map<String, Endpoint> containers,
    @JsonProperty("Options") Map<String, String> options,
    @JsonProperty("Labels") Map<String, String> labels) {
  public record Ipam(
      @JsonProperty("Driver") String driver,
      @JsonProperty("Options") @Nullable Map<String, String> options,
      @JsonProperty("Config") @Nullable List<Pool> config) {}

  public record Pool(
      @JsonProperty("Subnet") String subnet,
      @JsonProperty("IPRange") @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String ipRange,
      @JsonProperty("Gateway") @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String gateway,
      @JsonProperty("AuxiliaryAddresses") @JsonInclude(JsonInclude.Include.NON_EMPTY)
          Map<String, String> auxiliary) {}

  public record ConfigFrom(@JsonProperty("Network") String network) {}

  public record Endpoint(
      @JsonProperty("Name") String name,
      @JsonProperty("EndpointID") String endpointId,
      @JsonProperty("MacAddress") String macAddress,
      @JsonProperty("IPv4Address") String ipv4Address,
      @JsonProperty("IPv6Address") String ipv6Address) {}

  public static NetworkItem of(Network network, boolean withContainers) {
    List<Pool> pools =
        network.subnets().stream()
            .map(
                subnet ->
                    new Pool(
                        subnet.subnet(),
                        subnet.ipRange(),
                        subnet.gateway(),
                        new TreeMap<>(subnet.auxiliary())))
            .toList();
    Map<String, Endpoint> containers = new TreeMap<>();
    if (withContainers) {
      network
          .containers()
          .forEach(
              (id, endpoint) ->
                  containers.put(
                      id,
                      new Endpoint(
                          endpoint.name(),
                          endpoint.endpointId(),
                          endpoint.macAddress(),
                          endpoint.ipv4WithPrefix(),
                          endpoint.ipv6WithPrefix())));
    }
    return new NetworkItem(
        network.name(),
        network.id(),
        Json.time(network.created()),
        network.scope(),
        network.driver(),
        network.enableIpv4(),
        network.enableIpv6(),
        new Ipam(network.ipamDriver(), network.ipamOptions(), Json.nullIfEmpty(pools)),
        network.internal(),
        network.attachable(),
        false,
        new ConfigFrom(network.configFrom()),
        network.configOnly(),
        containers,
        new TreeMap<>(network.options()),
        new TreeMap<>(network.labels()));
  }
}
