package io.layerd.network;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import io.layerd.network.NetworkService.Attachment;
import io.layerd.spec.EndpointSettings;
import io.layerd.spec.PortBinding;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All that a container holds of its networks, as kept on disk before the first of it is made. What
 * is needed to take it back is here, whatever has become of the network since.
 *
 * @param request what netavark was given; null if the container is on no bridge
 * @param keeper holds a bridge and has no container
 * @param bootId of the kernel this was made in: after another boot nothing of it is left
 */
record AttachmentState(
    @JsonProperty("containerId") String containerId,
    @JsonProperty("containerName") String containerName,
    @JsonProperty("sandboxId") String sandboxId,
    @JsonProperty("namespace") String namespace,
    @JsonProperty("hostNamespace") boolean hostNamespace,
    @JsonProperty("endpoints") List<EndpointState> endpoints,
    @JsonProperty("exposed") List<String> exposed,
    @JsonProperty("ports") List<PublishedPort> ports,
    @JsonProperty("request") @Nullable JsonNode request,
    @JsonProperty("keeper") boolean keeper,
    @JsonProperty("bootId") String bootId) {

  /**
   * One network of a container.
   *
   * @param address empty where the network has no addresses
   */
  record EndpointState(
      @JsonProperty("networkId") String networkId,
      @JsonProperty("networkName") String networkName,
      @JsonProperty("endpointId") String endpointId,
      @JsonProperty("interfaceName") String interfaceName,
      @JsonProperty("address") String address,
      @JsonProperty("prefix") int prefix,
      @JsonProperty("gateway") String gateway,
      @JsonProperty("mac") String mac,
      @JsonProperty("asked") EndpointSettings asked) {

    EndpointSettings settings() {
      return new EndpointSettings(
          asked.ipamConfig(),
          asked.links(),
          asked.aliases(),
          mac,
          asked.driverOpts(),
          asked.gwPriority(),
          networkId,
          endpointId,
          gateway,
          address,
          prefix,
          "",
          "",
          0,
          asked.dnsNames());
    }
  }

  Path namespacePath() {
    return Path.of(namespace);
  }

  /** The address that published ports lead to. */
  String firstAddress() {
    return endpoints.stream()
        .map(EndpointState::address)
        .filter(address -> !address.isEmpty())
        .findFirst()
        .orElse("");
  }

  Attachment view() {
    Map<String, EndpointSettings> settings = new LinkedHashMap<>();
    endpoints.forEach(endpoint -> settings.put(endpoint.networkName(), endpoint.settings()));
    Map<String, List<PortBinding>> bindings = new TreeMap<>();
    exposed.forEach(port -> bindings.put(PortWish.withProtocol(port), new ArrayList<>()));
    boolean ipv6 = PortHold.hasIpv6();
    for (PublishedPort port : ports) {
      List<PortBinding> list =
          bindings.computeIfAbsent(port.containerKey(), key -> new ArrayList<>());
      String number = Integer.toString(port.hostPort());
      list.add(new PortBinding(port.hostIp().isEmpty() ? "0.0.0.0" : port.hostIp(), number));
      if (port.hostIp().isEmpty() && ipv6) {
        list.add(new PortBinding("::", number));
      }
    }
    return new Attachment(namespacePath(), sandboxId, settings, bindings);
  }
}
