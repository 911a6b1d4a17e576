package io.layerd.network;

import io.layerd.error.SystemFailure;
import io.layerd.network.AttachmentState.EndpointState;
import io.layerd.network.RouteSocket.NewLink;
import io.layerd.spec.EndpointSettings;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Interfaces of containers that share the parent's MAC address. Made here and not by netavark,
 * which knows them since 1.5 only.
 */
final class Ipvlan {
  private static final String MODE = "ipvlan_mode";
  private static final String FLAG = "ipvlan_flag";

  /** In the kernel's order: their places are its numbers. */
  private static final List<String> MODES = List.of("l2", "l3", "l3s");

  private static final List<String> FLAGS = List.of("bridge", "private", "vepa");
  private static final int IFLA_IPVLAN_MODE = 1;
  private static final int IFLA_IPVLAN_FLAGS = 2;

  private final Sys sys;
  private final NetNamespaces namespaces;

  Ipvlan(Sys sys, NetNamespaces namespaces) {
    this.sys = sys;
    this.namespaces = namespaces;
  }

  /** Refuses modes and flags that there are not. */
  static void check(Map<String, String> options) {
    String mode = mode(options);
    if (!MODES.contains(mode)) {
      throw new SystemFailure(
          "requested ipvlan mode '"
              + mode
              + "' is not valid, 'l2' mode is the ipvlan driver default");
    }
    String flag = flag(options);
    if (!FLAGS.contains(flag)) {
      throw new SystemFailure(
          "requested ipvlan flag '"
              + flag
              + "' is not valid, 'bridge' is the ipvlan driver default");
    }
  }

  /** In the other modes the host routes, and there is no router to go by. */
  static boolean hasGateway(Map<String, String> options) {
    return mode(options).equals("l2");
  }

  /** None: it is the parent's. */
  static String mac(String container, NetworkRecord network, EndpointSettings wish) {
    if (!wish.macAddress().isEmpty()) {
      throw new SystemFailure(
          "failed to create endpoint %s on network %s: ipvlan interfaces do not support custom mac address assignment"
              .formatted(container, network.name()));
    }
    return "";
  }

  private static String mode(Map<String, String> options) {
    String mode = options.getOrDefault(MODE, "");
    return mode.isEmpty() ? "l2" : mode;
  }

  private static String flag(Map<String, String> options) {
    String flag = options.getOrDefault(FLAG, "");
    return flag.isEmpty() ? "bridge" : flag;
  }

  /** Makes the interface in the container's namespace, with its addresses. */
  void plug(Path namespace, EndpointState endpoint, NetworkRecord network) {
    // The kernel refuses a name that the host has too, though it is for another namespace.
    String first = "iv" + RandomId.hex64().substring(0, 12);
    NewLink link =
        new NewLink(
            "ipvlan",
            first,
            ParentLinks.index(network.link()),
            Map.of(
                IFLA_IPVLAN_MODE, MODES.indexOf(mode(network.options())),
                IFLA_IPVLAN_FLAGS, FLAGS.indexOf(flag(network.options()))));
    create(namespace, link);
    namespaces.inside(namespace, () -> configure(first, endpoint));
  }

  private void create(Path namespace, NewLink link) {
    try (RouteSocket socket = RouteSocket.open(sys)) {
      byte[] path = namespace.toString().getBytes(StandardCharsets.UTF_8);
      int fd = sys.openat(Sys.AT_FDCWD, path, Sys.O_RDONLY, 0);
      try {
        socket.createLink(link, fd);
      } finally {
        sys.close(fd);
      }
    } catch (ErrnoException e) {
      throw new SystemFailure("failed to create the ipvlan port: " + e.reason(), e);
    }
  }

  /** Inside the namespace, where nobody else brings up the loopback interface. */
  void configure(String first, EndpointState endpoint) throws IOException {
    try (RouteSocket socket = RouteSocket.open(sys)) {
      socket.up(socket.index("lo"));
      int index = socket.index(first);
      socket.rename(index, endpoint.interfaceName());
      if (!endpoint.address().isEmpty()) {
        socket.addGlobalAddress(Ip.parse(endpoint.address()), endpoint.prefix(), index);
      }
      if (!endpoint.address6().isEmpty()) {
        socket.addGlobalAddress(Ip.parse(endpoint.address6()), endpoint.prefix6(), index);
      }
      socket.up(index);
    }
  }
}
