package io.layerd.network;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.layerd.network.AttachmentState.EndpointState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The JSON netavark reads. Networks go by their id, since netavark names chains after the name and
 * another engine on this host may have a {@code bridge} too.
 */
final class NetavarkRequest {
  private NetavarkRequest() {}

  static JsonNode of(
      String containerId,
      String containerName,
      List<EndpointState> endpoints,
      List<PublishedPort> ports,
      Function<String, NetworkRecord> networks) {
    ObjectNode request = Netavark.emptyRequest(containerId);
    request.put("container_name", containerName);
    request.set("port_mappings", ports(request.arrayNode(), ports));
    for (EndpointState endpoint : endpoints) {
      NetworkRecord network = networks.apply(endpoint.networkId());
      ObjectNode place = request.withObject("/networks").putObject(network.id());
      place.put("interface_name", endpoint.interfaceName());
      place.put("static_mac", endpoint.mac());
      place.putArray("static_ips").add(endpoint.address());
      place.putArray("aliases");
      info(request.withObject("/network_info").putObject(network.id()), network);
    }
    return request;
  }

  private static void info(ObjectNode info, NetworkRecord network) {
    info.put("id", network.id()).put("name", network.id()).put("driver", "bridge");
    info.put("network_interface", network.bridge());
    info.put("dns_enabled", false).put("internal", false).put("ipv6_enabled", false);
    info.putObject("options").put("mtu", Integer.toString(network.mtu()));
    info.putObject("ipam_options").put("driver", "host-local");
    Cidr gateway = network.gateway();
    info.putArray("subnets")
        .addObject()
        .put("subnet", gateway.subnet())
        .put("gateway", gateway.addressText());
  }

  /** Runs of ports become one range: netavark spends eight iptables calls on each mapping. */
  private static ArrayNode ports(ArrayNode mappings, List<PublishedPort> ports) {
    List<PublishedPort> sorted = new ArrayList<>(ports);
    sorted.removeIf(PublishedPort::isIpv6); // the containers have no IPv6: the proxy serves these
    sorted.sort(
        Comparator.comparing(PublishedPort::protocol)
            .thenComparing(PublishedPort::hostIp)
            .thenComparingInt(PublishedPort::hostPort));
    PublishedPort last = null;
    ObjectNode run = null;
    for (PublishedPort port : sorted) {
      if (run != null && follows(last, port)) {
        run.put("range", run.get("range").asInt() + 1);
      } else {
        run = mappings.addObject();
        run.put("protocol", port.protocol()).put("host_port", port.hostPort()).put("range", 1);
        run.put("host_ip", port.hostIp().equals("0.0.0.0") ? "" : port.hostIp());
        run.put("container_port", port.containerPort());
      }
      last = port;
    }
    return mappings;
  }

  private static boolean follows(@Nullable PublishedPort last, PublishedPort port) {
    return last != null
        && last.protocol().equals(port.protocol())
        && last.hostIp().equals(port.hostIp())
        && last.hostPort() + 1 == port.hostPort()
        && last.containerPort() + 1 == port.containerPort();
  }
}
