package io.layerd.container;

import io.layerd.spec.EndpointSettings;
import io.layerd.spec.HostConfig;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes hostname, hosts and resolv.conf of a container that starts. */
final class EtcPlan {
  private final Rooms rooms;

  EtcPlan(Rooms rooms) {
    this.rooms = rooms;
  }

  void write(Container container) {
    HostConfig host = container.host;
    if (host.networkMode().startsWith("container:")) {
      Container other = rooms.index().get(host.networkMode().substring("container:".length()));
      container.hostnamePath = other.hostnamePath;
      container.hostsPath = other.hostsPath;
      container.resolvConfPath = other.resolvConfPath;
      return;
    }
    boolean hostNetwork = host.networkMode().equals("host");
    container.hostnamePath = put(container, "hostname", container.config.hostname() + "\n");
    container.hostsPath =
        put(
            container,
            "hosts",
            rooms.etc().hosts(names(container), orEmpty(host.extraHosts()), hostNetwork));
    container.resolvConfPath =
        put(
            container,
            "resolv.conf",
            rooms
                .etc()
                .resolvConf(
                    orEmpty(host.dns()),
                    orEmpty(host.dnsSearch()),
                    orEmpty(host.dnsOptions()),
                    hostNetwork));
  }

  private String put(Container container, String name, String content) {
    Path file = container.file(name);
    rooms.files().writePlain(file, content);
    return file.toString();
  }

  private static Map<String, String> names(Container container) {
    Map<String, String> names = new LinkedHashMap<>();
    String host = container.config.hostname();
    String domain = container.config.domainname();
    String name = domain.isEmpty() ? host : host + "." + domain + " " + host;
    for (EndpointSettings endpoint : container.networks.values()) {
      if (!endpoint.ipAddress().isEmpty()) {
        names.put(endpoint.ipAddress(), name);
      }
    }
    return names;
  }

  private static List<String> orEmpty(@org.jspecify.annotations.Nullable List<String> list) {
    return list == null ? List.of() : list;
  }
}
