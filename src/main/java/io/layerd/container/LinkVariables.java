package io.layerd.container;

import io.layerd.spec.ContainerConfig;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The environment variables that tell a container of one it is linked with: addresses and ports,
 * and the other's own variables.
 */
final class LinkVariables {
  /** These belong to the other's root, not to its service. */
  private static final Set<String> NOT_TOLD = Set.of("HOME", "PATH");

  /** An exposed port. */
  private record Port(String protocol, int number) {
    /** {@code 80/tcp} or {@code 80}. */
    static Port parse(String text) {
      int slash = text.indexOf('/');
      return new Port(
          slash < 0 ? "tcp" : text.substring(slash + 1),
          Integer.parseInt(slash < 0 ? text : text.substring(0, slash)));
    }

    String url(String address) {
      return protocol + "://" + address + ":" + number;
    }

    boolean follows(Port other) {
      return number == other.number + 1 && protocol.equals(other.protocol);
    }
  }

  private final String prefix;
  private final String address;
  private final List<String> variables = new ArrayList<>();

  private LinkVariables(String alias, String address) {
    this.prefix = alias.replace('-', '_').toUpperCase(Locale.ROOT);
    this.address = address;
  }

  /**
   * @param name the link's full name
   * @param address of the other container on the default bridge
   */
  static List<String> of(String alias, String name, String address, ContainerConfig config) {
    LinkVariables link = new LinkVariables(alias, address);
    link.ports(
        config.exposedPorts() == null
            ? List.of()
            : config.exposedPorts().keySet().stream()
                .map(Port::parse)
                .sorted(
                    Comparator.comparing((Port port) -> !port.protocol().equals("tcp"))
                        .thenComparing(Port::protocol)
                        .thenComparing(Port::number))
                .toList());
    link.put("_NAME", name);
    for (String variable : config.env() == null ? List.<String>of() : config.env()) {
      int equals = variable.indexOf('=');
      if (equals > 0 && !NOT_TOLD.contains(variable.substring(0, equals))) {
        link.variables.add(link.prefix + "_ENV_" + variable);
      }
    }
    return link.variables;
  }

  private void ports(List<Port> ports) {
    if (ports.isEmpty()) {
      return;
    }
    put("_PORT", ports.getFirst().url(address));
    for (Port port : ports) {
      String one = name(port);
      put(one, port.url(address));
      put(one + "_ADDR", address);
      put(one + "_PORT", Integer.toString(port.number()));
      put(one + "_PROTO", port.protocol());
    }
    int first = 0;
    for (int i = 1; i <= ports.size(); i++) {
      if (i == ports.size() || !ports.get(i).follows(ports.get(i - 1))) {
        range(ports.get(first), ports.get(i - 1));
        first = i;
      }
    }
  }

  private void range(Port first, Port last) {
    if (first.number() != last.number()) {
      String one = name(first);
      put(one + "_START", first.url(address));
      put(one + "_PORT_START", Integer.toString(first.number()));
      put(one + "_END", last.url(address));
      put(one + "_PORT_END", Integer.toString(last.number()));
    }
  }

  private static String name(Port port) {
    return "_PORT_" + port.number() + "_" + port.protocol().toUpperCase(Locale.ROOT);
  }

  private void put(String name, String value) {
    variables.add(prefix + name + "=" + value);
  }
}
