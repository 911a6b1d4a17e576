package io.layerd.container;

import io.layerd.error.SystemFailure;
import io.layerd.spec.ContainerConfig;
import io.layerd.spec.EndpointSettings;
import io.layerd.spec.HostConfig;
import io.layerd.spec.SpecJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Writes hostname, hosts and resolv.conf of a container that starts. */
final class EtcPlan {
  private final Rooms rooms;
  private final Links links;

  EtcPlan(Rooms rooms) {
    this.rooms = rooms;
    this.links = new Links(rooms);
  }

  void write(Container container) {
    HostConfig host = container.host;
    if (host.networkMode().startsWith("container:")) {
      Container other = rooms.index().get(host.networkMode().substring("container:".length()));
      container.hostnamePath = other.hostnamePath;
      container.hostsPath = other.hostsPath;
      container.resolvConfPath = other.resolvConfPath;
      // The addresses are the other's, and so are the names that stand for them.
      container.config =
          SpecJson.change(
              container.config,
              ContainerConfig.class,
              Map.of("Hostname", other.config.hostname(), "Domainname", other.config.domainname()));
      return;
    }
    boolean hostNetwork = host.networkMode().equals("host");
    container.hostnamePath = put(container, "hostname", container.config.hostname() + "\n");
    container.hostsPath =
        put(
            container,
            "hosts",
            rooms.etc().hosts(names(container), extraHosts(container), hostNetwork));
    container.resolvConfPath =
        put(container, "resolv.conf", resolvConf(container, container.resolver));
  }

  private List<String> extraHosts(Container container) {
    List<String> extra = new ArrayList<>(orEmpty(container.host.extraHosts()));
    extra.addAll(links.hosts(container));
    return extra;
  }

  private String resolvConf(Container container, boolean resolver) {
    HostConfig host = container.host;
    List<String> servers = orEmpty(host.dns());
    List<String> search = orEmpty(host.dnsSearch());
    List<String> options = orEmpty(host.dnsOptions());
    return resolver
        ? rooms.etc().resolverConf(servers, search, options)
        : rooms.etc().resolvConf(servers, search, options, host.networkMode().equals("host"));
  }

  /**
   * The container runs and has other networks now. Lines of its own stay as they are, and a
   * resolv.conf that somebody changed does too.
   *
   * @param before its networks until now
   */
  void changed(Container container, Map<String, EndpointSettings> before, boolean hadResolver) {
    edit(
        rooms,
        container.file("hosts"),
        text -> {
          List<String> gone = new ArrayList<>(addresses(before));
          gone.removeAll(addresses(container.networks));
          StringBuilder kept = new StringBuilder();
          text.lines()
              .filter(line -> gone.stream().noneMatch(ip -> line.startsWith(ip + "\t")))
              .forEach(line -> kept.append(line).append('\n'));
          names(container)
              .forEach(
                  (ip, name) -> {
                    if (!addresses(before).contains(ip)) {
                      kept.append(ip).append('\t').append(name).append('\n');
                    }
                  });
          return kept.toString();
        });
    if (hadResolver != container.resolver) {
      String old = resolvConf(container, hadResolver);
      edit(
          rooms,
          container.file("resolv.conf"),
          text -> text.equals(old) ? resolvConf(container, container.resolver) : text);
    }
  }

  /** Changes /etc/hosts of a container that runs. */
  static void edit(Rooms rooms, Container container, UnaryOperator<String> change) {
    edit(rooms, container.file("hosts"), change);
  }

  /** In place: the file is mounted in the container. */
  private static void edit(Rooms rooms, Path file, UnaryOperator<String> change) {
    try {
      if (Files.exists(file)) {
        String text = Files.readString(file);
        String changed = change.apply(text);
        if (!changed.equals(text)) {
          rooms.files().writePlain(file, changed);
        }
      }
    } catch (IOException e) {
      throw new SystemFailure("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  private static List<String> addresses(Map<String, EndpointSettings> networks) {
    return networks.values().stream()
        .flatMap(end -> Stream.of(end.ipAddress(), end.globalIPv6Address()))
        .filter(address -> !address.isEmpty())
        .toList();
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
    for (String network : Endpoints.ordered(container)) {
      EndpointSettings endpoint = container.networks.getOrDefault(network, Endpoints.blank());
      Stream.of(endpoint.ipAddress(), endpoint.globalIPv6Address())
          .filter(address -> !address.isEmpty())
          .forEach(address -> names.put(address, name));
    }
    return names;
  }

  private static List<String> orEmpty(@org.jspecify.annotations.Nullable List<String> list) {
    return list == null ? List.of() : list;
  }
}
