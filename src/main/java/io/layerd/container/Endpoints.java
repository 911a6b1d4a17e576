package io.layerd.container;

import io.layerd.spec.EndpointSettings;
import io.layerd.spec.SpecJson;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A container's endpoints: what was asked for, and with what came out while it runs. */
final class Endpoints {
  private Endpoints() {}

  /** Nothing asked for. */
  static EndpointSettings blank() {
    return SpecJson.read(SpecJson.MAPPER.createObjectNode(), EndpointSettings.class);
  }

  /**
   * What a container that starts asks for: the network of its mode is its first interface, the
   * others follow by name.
   */
  static Map<String, EndpointSettings> asked(Container container) {
    Map<String, EndpointSettings> asked = new LinkedHashMap<>();
    for (String name : ordered(container)) {
      EndpointSettings settings = container.networks.getOrDefault(name, blank());
      String mac = container.desiredMacs.getOrDefault(name, "");
      asked.put(name, SpecJson.change(settings, EndpointSettings.class, Map.of("MacAddress", mac)));
    }
    return asked;
  }

  /** The networks in the order of the interfaces. */
  static List<String> ordered(Container container) {
    List<String> names = new ArrayList<>(new TreeMap<>(container.networks).keySet());
    String mode = container.host.networkMode();
    names.stream()
        .filter(
            name ->
                name.equals(mode)
                    || container.networks.getOrDefault(name, blank()).networkID().equals(mode))
        .findFirst()
        .ifPresent(
            first -> {
              names.remove(first);
              names.addFirst(first);
            });
    return names;
  }

  static EndpointSettings withMac(EndpointSettings settings, String mac) {
    return settings.macAddress().isEmpty()
        ? SpecJson.change(settings, EndpointSettings.class, Map.of("MacAddress", mac))
        : settings;
  }

  /** As inspect shows those of a container that has not run: no address yet. */
  static Map<String, EndpointSettings> withoutMacs(Map<String, EndpointSettings> asked) {
    return idle(asked);
  }

  /** The MAC addresses asked for, by network. */
  static Map<String, String> macs(Map<String, EndpointSettings> asked) {
    Map<String, String> macs = new TreeMap<>();
    asked.forEach(
        (name, settings) -> {
          if (!settings.macAddress().isEmpty()) {
            macs.put(name, settings.macAddress());
          }
        });
    return macs;
  }

  /** What was asked for, completed by what the network gave; a network not given is left. */
  static Map<String, EndpointSettings> live(
      Map<String, EndpointSettings> asked, Map<String, EndpointSettings> given) {
    Map<String, EndpointSettings> all = new TreeMap<>();
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

  /** With another name of the container among those it is found by. */
  static Map<String, EndpointSettings> renamed(
      Map<String, EndpointSettings> networks, String old, String name) {
    Map<String, EndpointSettings> all = new TreeMap<>();
    networks.forEach(
        (network, settings) -> {
          List<String> names = settings.dnsNames();
          if (names != null) {
            List<String> changed = names.stream().map(n -> n.equals(old) ? name : n).toList();
            all.put(
                network,
                SpecJson.change(settings, EndpointSettings.class, Map.of("DNSNames", changed)));
          } else {
            all.put(network, settings);
          }
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
                  e.dnsNames()));
        });
    return all;
  }
}
