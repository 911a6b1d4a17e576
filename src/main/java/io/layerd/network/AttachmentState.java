package io.layerd.network;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.layerd.network.NetworkService.Attachment;
import io.layerd.spec.EndpointSettings;
import io.layerd.spec.PortBinding;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All that a container holds of its networks, as kept on disk before the first of it is made. What
 * is needed to take it back is here, whatever has become of the network since.
 *
 * @param dns name servers asked for; empty for the host's
 * @param ports given out, to whichever endpoint is the way out
 * @param links let it reach others where the default bridge keeps containers apart
 * @param resolver it had names around it once, and goes on asking 127.0.0.11 until it ends
 * @param bootId of the kernel this was made in: after another boot nothing of it is left
 * @param remapped whether the namespace belongs to a user namespace beside it
 */
record AttachmentState(
    @JsonProperty("containerId") String containerId,
    @JsonProperty("containerName") String containerName,
    @JsonProperty("sandboxId") String sandboxId,
    @JsonProperty("namespace") String namespace,
    @JsonProperty("hostNamespace") boolean hostNamespace,
    @JsonProperty("dns") List<String> dns,
    @JsonProperty("endpoints") List<EndpointState> endpoints,
    @JsonProperty("exposed") List<String> exposed,
    @JsonProperty("ports") List<PublishedPort> ports,
    @JsonProperty("links") List<LinkedTo> links,
    @JsonProperty("resolver") boolean resolver,
    @JsonProperty("bootId") String bootId,
    @JsonProperty("remapped") boolean remapped) {
  AttachmentState {
    dns = dns == null ? List.of() : dns;
    links = links == null ? List.of() : List.copyOf(links);
    resolver = resolver || endpoints.stream().anyMatch(end -> end.dnsNames() != null);
  }

  /** Another container on the default bridge, and its ports that may be reached: {@code 80/tcp}. */
  record LinkedTo(
      @JsonProperty("containerId") String containerId, @JsonProperty("ports") List<String> ports) {}

  /**
   * One network of a container.
   *
   * @param interfaceName in the container; empty where the network gives no interface
   * @param address empty where the network has no IPv4
   * @param gateway empty where it leads nowhere
   * @param address6 empty where the network has no IPv6
   * @param mac empty where it is that of the host's interface
   * @param publishes whether ports published on the host can lead to it
   * @param onLink whether everything can be reached over it without a gateway
   * @param dnsNames what others find it by; null on the built-in networks
   */
  record EndpointState(
      @JsonProperty("networkId") String networkId,
      @JsonProperty("networkName") String networkName,
      @JsonProperty("endpointId") String endpointId,
      @JsonProperty("interfaceName") String interfaceName,
      @JsonProperty("address") String address,
      @JsonProperty("prefix") int prefix,
      @JsonProperty("gateway") String gateway,
      @JsonProperty("address6") String address6,
      @JsonProperty("prefix6") int prefix6,
      @JsonProperty("gateway6") String gateway6,
      @JsonProperty("mac") String mac,
      @JsonProperty("publishes") boolean publishes,
      @JsonProperty("onLink") boolean onLink,
      @JsonProperty("dnsNames") @Nullable List<String> dnsNames,
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
          gateway6,
          address6,
          prefix6,
          dnsNames);
    }

    @JsonIgnore
    boolean isWired() {
      return !interfaceName.isEmpty();
    }

    String address(boolean ipv6) {
      return ipv6 ? address6 : address;
    }

    String gateway(boolean ipv6) {
      return ipv6 ? gateway6 : gateway;
    }

    boolean leadsOut(boolean ipv6) {
      return onLink ? !address(ipv6).isEmpty() : !gateway(ipv6).isEmpty();
    }

    EndpointState named(@Nullable List<String> names) {
      return new EndpointState(
          networkId,
          networkName,
          endpointId,
          interfaceName,
          address,
          prefix,
          gateway,
          address6,
          prefix6,
          gateway6,
          mac,
          publishes,
          onLink,
          names,
          asked);
    }
  }

  AttachmentState with(
      String name, List<EndpointState> newEndpoints, List<PublishedPort> newPorts) {
    return new AttachmentState(
        containerId,
        name,
        sandboxId,
        namespace,
        hostNamespace,
        dns,
        newEndpoints,
        exposed,
        newPorts,
        links,
        resolver,
        bootId,
        remapped);
  }

  AttachmentState linked(List<LinkedTo> newLinks) {
    return new AttachmentState(
        containerId,
        containerName,
        sandboxId,
        namespace,
        hostNamespace,
        dns,
        endpoints,
        exposed,
        ports,
        newLinks,
        resolver,
        bootId,
        remapped);
  }

  Path namespacePath() {
    return Path.of(namespace);
  }

  /** The way out: the highest priority, then the first by the network's name. */
  @Nullable EndpointState exit(boolean ipv6) {
    return endpoints.stream()
        .filter(end -> end.leadsOut(ipv6))
        .min(
            Comparator.comparingInt((EndpointState end) -> -end.asked().gwPriority())
                .thenComparing(EndpointState::networkName))
        .orElse(null);
  }

  /** The address that published ports lead to: IPv4's if there is one. */
  String portAddress() {
    String four = portAddress(false);
    return four.isEmpty() ? portAddress(true) : four;
  }

  String portAddress(boolean ipv6) {
    EndpointState exit = exit(ipv6);
    return exit == null || !exit.publishes() ? "" : exit.address(ipv6);
  }

  @Nullable EndpointState on(String networkId) {
    return endpoints.stream()
        .filter(end -> end.networkId().equals(networkId))
        .findFirst()
        .orElse(null);
  }

  Attachment view() {
    Map<String, EndpointSettings> settings = new LinkedHashMap<>();
    endpoints.forEach(endpoint -> settings.put(endpoint.networkName(), endpoint.settings()));
    Map<String, List<PortBinding>> bindings = new TreeMap<>();
    if (!portAddress().isEmpty()) {
      exposed.forEach(port -> bindings.put(PortWish.withProtocol(port), new ArrayList<>()));
    }
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
    return new Attachment(
        namespacePath(),
        remapped ? UserNamespaces.beside(namespacePath()) : null,
        sandboxId,
        resolver,
        settings,
        bindings);
  }
}
