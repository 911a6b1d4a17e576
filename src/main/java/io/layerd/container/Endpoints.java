package io.layerd.container;

import io.layerd.spec.EndpointSettings;
import io.layerd.spec.SpecJson;
import java.util.Map;
import java.util.TreeMap;

/** A container's endpoints: what was asked for, and with what came out while it runs. */
final class Endpoints {
  private Endpoints() {}

  /** Nothing asked for. */
  static EndpointSettings blank() {
    return SpecJson.read(SpecJson.MAPPER.createObjectNode(), EndpointSettings.class);
  }

  /** What was asked for, completed by what the network gave. */
  static Map<String, EndpointSettings> live(
      Map<String, EndpointSettings> asked, Map<String, EndpointSettings> given) {
    Map<String, EndpointSettings> all = new TreeMap<>(asked);
    given.forEach(
        (name, endpoint) -> {
          EndpointSettings wish = asked.getOrDefault(name, blank());
          all.put(
              name,
              new EndpointSettings(
                  wish.ipamConfig(),
                  wish.links(),
                  wish.aliases(),
                  endpoint.macAddress(),
                  wish.driverOpts(),
                  wish.gwPriority(),
                  endpoint.networkID(),
                  endpoint.endpointID(),
                  endpoint.gateway(),
                  endpoint.ipAddress(),
                  endpoint.ipPrefixLen(),
                  endpoint.iPv6Gateway(),
                  endpoint.globalIPv6Address(),
                  endpoint.globalIPv6PrefixLen(),
                  endpoint.dnsNames() == null ? wish.dnsNames() : endpoint.dnsNames()));
        });
    return all;
  }

  /** The endpoints of a container that has ended: addresses are given back. */
  static Map<String, EndpointSettings> idle(Map<String, EndpointSettings> live) {
    Map<String, EndpointSettings> all = new TreeMap<>();
    live.forEach(
        (name, e) -> {
          all.put(
              name,
              new EndpointSettings(
                  e.ipamConfig(),
                  e.links(),
                  e.aliases(),
                  "",
                  e.driverOpts(),
                  e.gwPriority(),
                  e.networkID(),
                  "",
                  "",
                  "",
                  0,
                  "",
                  "",
                  0,
                  null));
        });
    return all;
  }
}
