package io.layerd.network;

import io.layerd.error.InvalidParameter;
import io.layerd.network.AttachmentState.EndpointState;
import io.layerd.spec.EndpointIpamConfig;
import io.layerd.spec.EndpointSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Gives a container its place on each network it asks for. */
final class Endpoints {
  private static final EndpointSettings NOTHING_ASKED =
      new EndpointSettings(null, null, null, "", null, 0, "", "", "", "", 0, "", "", 0, null);

  private Endpoints() {}

  /** All of them, or none with every address given back. */
  static List<EndpointState> give(
      Map<String, EndpointSettings> asked, NetworkTable table, AddressPools addresses) {
    List<EndpointState> given = new ArrayList<>();
    try {
      for (var entry : asked.entrySet()) {
        NetworkRecord network = table.get(entry.getKey());
        if (asked.size() > 1 && !network.isBridge()) {
          throw new InvalidParameter(
              "container cannot be connected to network endpoints: "
                  + String.join(", ", asked.keySet()));
        }
        EndpointSettings wish = entry.getValue() == null ? NOTHING_ASKED : entry.getValue();
        check(network, wish);
        given.add(one(network, wish, given.size(), addresses));
      }
      return given;
    } catch (RuntimeException e) {
      release(given, addresses);
      throw e;
    }
  }

  static void release(List<EndpointState> given, AddressPools addresses) {
    for (EndpointState endpoint : given) {
      if (!endpoint.address().isEmpty()) {
        addresses.release(endpoint.networkId(), endpoint.address());
      }
    }
  }

  private static EndpointState one(
      NetworkRecord network, EndpointSettings wish, int index, AddressPools addresses) {
    if (!network.isBridge()) {
      return new EndpointState(
          network.id(), network.name(), RandomId.hex64(), "", "", 0, "", "", wish);
    }
    String mac = wish.macAddress().isEmpty() ? RandomId.mac() : wish.macAddress();
    String address = addresses.next(network);
    return new EndpointState(
        network.id(),
        network.name(),
        RandomId.hex64(),
        "eth" + index,
        address,
        network.gateway().prefix(),
        network.gateway().addressText(),
        mac,
        wish);
  }

  /** A place nobody asked anything of. */
  static EndpointState on(
      NetworkRecord network, String endpointId, String interfaceName, String address, String mac) {
    return new EndpointState(
        network.id(),
        network.name(),
        endpointId,
        interfaceName,
        address,
        network.gateway().prefix(),
        network.gateway().addressText(),
        mac,
        NOTHING_ASKED);
  }

  /** The built-in networks take no addresses from the user. */
  static void check(NetworkRecord network, @Nullable EndpointSettings wish) {
    EndpointIpamConfig ipam = wish == null ? null : wish.ipamConfig();
    if (ipam != null && !(ipam.iPv4Address() + ipam.iPv6Address()).isEmpty()) {
      throw new InvalidParameter(
          "invalid config for network "
              + network.name()
              + ": invalid endpoint settings:\n"
              + "* user specified IP address is supported on user defined networks only\n"
              + "* user specified IP address is supported only when connecting to networks with"
              + " user configured subnets");
    }
  }
}
