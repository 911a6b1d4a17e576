package io.layerd.api.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.layerd.container.ContainerSnapshot.NetworkState;
import io.layerd.spec.EndpointSettings;
import io.layerd.spec.PortBinding;
import io.layerd.spec.SpecJson;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The networks of a container; the loose address fields are those on the default bridge. */
public record NetworkSettings(
    @JsonProperty("Bridge") String bridge,
    @JsonProperty("SandboxID") String sandboxId,
    @JsonProperty("SandboxKey") String sandboxKey,
    @JsonProperty("Ports") Map<String, JsonNode> ports,
    @JsonProperty("HairpinMode") boolean hairpinMode,
    @JsonProperty("LinkLocalIPv6Address") String linkLocalIpv6Address,
    @JsonProperty("LinkLocalIPv6PrefixLen") int linkLocalIpv6PrefixLength,
    @JsonProperty("SecondaryIPAddresses") @Nullable List<String> secondaryAddresses,
    @JsonProperty("SecondaryIPv6Addresses") @Nullable List<String> secondaryIpv6Addresses,
    @JsonProperty("EndpointID") String endpointId,
    @JsonProperty("Gateway") String gateway,
    @JsonProperty("GlobalIPv6Address") String globalIpv6Address,
    @JsonProperty("GlobalIPv6PrefixLen") int globalIpv6PrefixLength,
    @JsonProperty("IPAddress") String ipAddress,
    @JsonProperty("IPPrefixLen") int ipPrefixLength,
    @JsonProperty("IPv6Gateway") String ipv6Gateway,
    @JsonProperty("MacAddress") String macAddress,
    @JsonProperty("Networks") Map<String, EndpointSettings> networks) {
  private static final EndpointSettings NONE =
      SpecJson.read(SpecJson.MAPPER.createObjectNode(), EndpointSettings.class);

  static NetworkSettings of(NetworkState state) {
    EndpointSettings bridge = state.networks().getOrDefault("bridge", NONE);
    return new NetworkSettings(
        "",
        state.sandboxId(),
        state.sandboxKey(),
        ports(state.ports()),
        false,
        "",
        0,
        null,
        null,
        bridge.endpointID(),
        bridge.gateway(),
        bridge.globalIPv6Address(),
        bridge.globalIPv6PrefixLen(),
        bridge.ipAddress(),
        bridge.ipPrefixLen(),
        bridge.iPv6Gateway(),
        bridge.macAddress(),
        state.networks());
  }

  /** A port that is exposed and not published is null. */
  private static Map<String, JsonNode> ports(Map<String, List<PortBinding>> ports) {
    Map<String, JsonNode> result = new TreeMap<>();
    ports.forEach(
        (port, bindings) ->
            result.put(
                port,
                bindings.isEmpty()
                    ? JsonNodeFactory.instance.nullNode()
                    : SpecJson.MAPPER.valueToTree(bindings)));
    return result;
  }
}
