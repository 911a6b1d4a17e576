package io.layerd.network;

import io.layerd.error.SystemFailure;
import io.layerd.network.RouteSocket.NewLink;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jboss.logging.Logger;

/**
 * The interfaces of the host that macvlan and ipvlan networks slice: those it has, and those made
 * for a network, which go with the last one. Messages are dockerd's.
 */
final class ParentLinks {
  private static final Logger LOG = Logger.getLogger(ParentLinks.class);
  private static final Path INTERFACES = Path.of("/sys/class/net");
  private static final int IFLA_VLAN_ID = 1;
  private static final int LAST_VLAN = 4094;

  /** What an interface made here carries. */
  private static final String ALIAS = "layerd parent";

  private final Sys sys;

  ParentLinks(Sys sys) {
    this.sys = sys;
  }

  /** The name of a network's parent; nothing is made yet. */
  static String plan(
      String id, String driver, Map<String, String> options, List<NetworkRecord> others) {
    String asked = options.getOrDefault("parent", "");
    if (asked.isEmpty()) {
      return dummy(id, driver);
    }
    if (asked.equals("lo")) {
      throw new SystemFailure("loopback interface is not a valid " + driver + " parent link");
    }
    for (NetworkRecord other : others) {
      if (other.driver().equals(driver) && other.link().equals(asked)) {
        shared(other, options);
      }
    }
    return asked;
  }

  private static String dummy(String id, String driver) {
    return (driver.equals("ipvlan") ? "di-" : "dm-") + id.substring(0, 12);
  }

  private static void shared(NetworkRecord other, Map<String, String> options) {
    String used = " is already using parent interface " + other.link();
    if (other.driver().equals("ipvlan")) {
      throw new SystemFailure("network " + dummy(other.id(), "ipvlan") + used);
    }
    String network = "macvlan network " + other.id() + used;
    if (isPassthru(options)) {
      throw new SystemFailure("cannot use mode passthru, " + network);
    }
    if (isPassthru(other.options())) {
      throw new SystemFailure(network + " in mode passthru");
    }
  }

  private static boolean isPassthru(Map<String, String> options) {
    return options.getOrDefault("macvlan_mode", "").equals("passthru");
  }

  /** The kernel's number of an interface of the host; 0 if there is no such interface. */
  static int index(String name) {
    try {
      return Integer.parseInt(ProcFile.read(INTERFACES.resolve(name).resolve("ifindex")));
    } catch (IOException e) {
      return 0;
    }
  }

  /** Makes the parent of a network, unless it is there. */
  void make(NetworkRecord network) {
    String name = network.link();
    if (!network.hasParent() || index(name) > 0) {
      return;
    }
    if (name.equals(dummy(network.id(), network.driver()))) {
      create(new NewLink("dummy", name, 0, Map.of()), "");
    } else {
      create(vlan(name), "failed to create " + name + " vlan link: ");
    }
  }

  private static NewLink vlan(String name) {
    if (!name.contains(".")) {
      throw new SystemFailure(
          "invalid subinterface vlan name " + name + ", example formatting is eth0.10");
    }
    String[] parts = name.split("\\.", -1);
    if (parts.length != 2) {
      throw new SystemFailure(
          "required interface name format is: name.vlan_id, ex. eth0.10 for vlan 10, instead"
              + " received "
              + name);
    }
    int id = number(parts[1]);
    int parent = parts[0].isEmpty() ? 0 : index(parts[0]);
    if (parent == 0) {
      throw new SystemFailure("-o parent interface was not found on the host: " + parts[0]);
    }
    if (id < 1 || id > LAST_VLAN) {
      throw new SystemFailure("vlan id must be between 1-4094, received: " + id);
    }
    return new NewLink("vlan", name, parent, Map.of(IFLA_VLAN_ID, id));
  }

  private static int number(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new SystemFailure(
          "unable to parse a valid vlan id from: " + text + " (ex. eth0.10 for vlan 10)", e);
    }
  }

  private void create(NewLink link, String what) {
    try (RouteSocket socket = RouteSocket.open(sys)) {
      socket.createLink(link, -1);
      Files.writeString(INTERFACES.resolve(link.name()).resolve("ifalias"), ALIAS);
      socket.up(index(link.name()));
    } catch (ErrnoException e) {
      throw new SystemFailure(what + e.reason(), e);
    } catch (IOException e) {
      throw new SystemFailure(what + e.getMessage(), e);
    }
  }

  /** Takes away a parent that was made, unless another network is on it. Absent is success. */
  void remove(NetworkRecord network, List<NetworkRecord> all) {
    String name = network.link();
    boolean shared =
        all.stream()
            .anyMatch(
                other ->
                    other.hasParent()
                        && other.link().equals(name)
                        && !other.id().equals(network.id()));
    if (!network.hasParent() || shared || !isOurs(name)) {
      return;
    }
    try (RouteSocket socket = RouteSocket.open(sys)) {
      socket.deleteLink(name);
    } catch (ErrnoException e) {
      LOG.warnf("interface %s stays: %s", name, e.getMessage());
    }
  }

  private static boolean isOurs(String name) {
    try {
      return Files.readString(INTERFACES.resolve(name).resolve("ifalias")).strip().equals(ALIAS);
    } catch (IOException e) {
      return false;
    }
  }
}
