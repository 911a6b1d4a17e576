package io.layerd.network;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.layerd.network.AttachmentState.EndpointState;

/**
 * The JSON netavark reads, for one place on one network. Networks go by their id, since netavark
 * names chains after the name and another engine on this host may have a {@code bridge} too. Names
 * and ports are not in it: layerd sees to both itself.
 */
final class NetavarkRequest {
  private NetavarkRequest() {}

  static JsonNode of(String containerId, EndpointState endpoint, NetworkRecord network) {
    ObjectNode request = Netavark.emptyRequest(containerId);
    ObjectNode place = request.withObject("/networks").putObject(network.id());
    place.put("interface_name", endpoint.interfaceName());
    place.put("static_mac", endpoint.mac());
    ArrayNode addresses = place.putArray("static_ips");
    if (!endpoint.address().isEmpty()) {
      addresses.add(endpoint.address());
    }
    if (!endpoint.address6().isEmpty()) {
      addresses.add(endpoint.address6());
    }
    place.putArray("aliases");
    info(request.withObject("/network_info").putObject(network.id()), network);
    return request;
  }

  private static void info(ObjectNode info, NetworkRecord network) {
    info.put("id", network.id()).put("name", network.id()).put("driver", network.driver());
    info.put("network_interface", network.link());
    // To netavark internal means no packet rules and no default route: both are layerd's own.
    info.put("dns_enabled", false).put("internal", true);
    info.put("ipv6_enabled", network.enableIpv6());
    ObjectNode options = info.putObject("options");
    int mtu = network.bridgeOptions().mtu();
    if (mtu > 0) {
      options.put("mtu", Integer.toString(mtu));
    }
    String mode = network.options().getOrDefault("macvlan_mode", "");
    if (network.driver().equals("macvlan") && !mode.isEmpty()) {
      options.put("mode", mode);
    }
    options.put("metric", Integer.toString(Netavark.METRIC));
    info.putObject("ipam_options").put("driver", "host-local");
    ArrayNode subnets = info.putArray("subnets");
    for (boolean ipv6 : new boolean[] {false, true}) {
      NetworkPool pool = network.pool(ipv6);
      if (pool != null) {
        ObjectNode subnet = subnets.addObject().put("subnet", pool.subnet());
        boolean silent = !ipv6 && network.bridgeOptions().inhibitIpv4();
        if (pool.gateway() != null && !silent) {
          subnet.put("gateway", pool.gateway());
        }
      }
    }
  }
}
