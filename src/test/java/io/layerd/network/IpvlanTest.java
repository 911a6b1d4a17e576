package io.layerd.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.error.SystemFailure;
import io.layerd.network.AttachmentState.EndpointState;
import io.layerd.network.RouteSocket.NewLink;
import io.layerd.spec.EndpointSettings;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Interfaces made by layerd itself. Not every kernel has ipvlan, vlan and dummy: their messages are
 * seen then; what they share with a macvlan, which every kernel here has, is seen in any case.
 */
class IpvlanTest {
  private static final String PARENT = "ldt9";
  private static final int IFLA_MACVLAN_MODE = 1;

  private final Sys sys = Sys.host();

  @TempDir Path root;
  NetNamespaces namespaces;
  Path namespace;

  @BeforeEach
  void open() throws IOException {
    namespaces = new NetNamespaces(sys, root.resolve("netns"));
    namespaces.open();
    namespace = namespaces.create("one");
    try (RouteSocket socket = RouteSocket.open(sys)) {
      socket.createLink(new NewLink("bridge", PARENT, 0, Map.of()), -1);
      socket.up(ParentLinks.index(PARENT));
    }
  }

  @AfterEach
  void close() throws IOException {
    namespaces.remove(namespace);
    namespaces.close();
    try (RouteSocket socket = RouteSocket.open(sys)) {
      socket.deleteLink(PARENT);
    }
  }

  @Test
  void anInterfaceIsMadeInAnotherNamespaceWithAddressesAndARouteWithoutGateway()
      throws IOException {
    try (RouteSocket socket = RouteSocket.open(sys)) {
      int fd = sys.openat(Sys.AT_FDCWD, namespace.toString().getBytes("UTF-8"), Sys.O_RDONLY, 0);
      socket.createLink(new NewLink("macvlan", "ldt9x", ParentLinks.index(PARENT), Map.of()), fd);
      sys.close(fd);
    }
    namespaces.inside(
        namespace,
        () -> {
          try (RouteSocket socket = RouteSocket.open(sys)) {
            int link = socket.index("ldt9x");
            socket.rename(link, "eth7");
            socket.addGlobalAddress(Ip.parse("10.222.191.2"), 24, link);
            socket.addGlobalAddress(Ip.parse("fd00:191::2"), 64, link);
            socket.up(link);
            socket.defaultRoute(false, link);
            socket.defaultRoute(true, link);
          }
          NetworkInterface made = NetworkInterface.getByName("eth7");
          assertThat(made.isUp()).isTrue();
          assertThat(made.getInterfaceAddresses().toString())
              .contains("10.222.191.2/24", "fd00:191:0:0:0:0:0:2%eth7/64");
          // destination and gateway both 0: everything, straight over the link
          assertThat(Files.readAllLines(Path.of("/proc/thread-self/net/route")))
              .anyMatch(line -> line.startsWith("eth7\t00000000\t00000000\t0001"))
              .anyMatch(line -> line.startsWith("eth7\t00BFDE0A\t00000000\t0001"));
          assertThat(Files.readString(Path.of("/proc/thread-self/net/ipv6_route")))
              .containsPattern("(?m)^0{32} 00 0{32} 00 0{32} .* eth7$");
        });
  }

  @Test
  void settingsReachTheKernel() throws IOException {
    try (RouteSocket socket = RouteSocket.open(sys)) {
      // A mode of 16 bits is too short for a macvlan, whose kernel code looks at the length first.
      NewLink link =
          new NewLink("macvlan", "ldt9m", ParentLinks.index(PARENT), Map.of(IFLA_MACVLAN_MODE, 1));
      assertThatThrownBy(() -> socket.createLink(link, -1)).isInstanceOf(ErrnoException.class);
    }
    assertThat(NetworkInterface.getByName("ldt9m")).isNull();
  }

  private static EndpointState endpoint(NetworkRecord network) {
    return new EndpointState(
        network.id(),
        "iv",
        RandomId.hex64(),
        "eth0",
        "10.222.191.3",
        24,
        "",
        "",
        0,
        "",
        "",
        false,
        true,
        null,
        Endpoints.NOTHING_ASKED);
  }

  @Test
  void anInterfaceGetsItsNameAndAddressAndTheLoopbackWorks() throws IOException {
    try (RouteSocket socket = RouteSocket.open(sys)) {
      int fd = sys.openat(Sys.AT_FDCWD, namespace.toString().getBytes("UTF-8"), Sys.O_RDONLY, 0);
      socket.createLink(new NewLink("macvlan", "ldt9y", ParentLinks.index(PARENT), Map.of()), fd);
      sys.close(fd);
    }
    EndpointState endpoint = endpoint(network(PARENT, Map.of()));
    namespaces.inside(
        namespace,
        () -> {
          new Ipvlan(sys, namespaces).configure("ldt9y", endpoint);
          NetworkInterface made = NetworkInterface.getByName("eth0");
          assertThat(made.isUp()).isTrue();
          assertThat(made.getInterfaceAddresses().toString()).contains("10.222.191.3/24");
          assertThat(NetworkInterface.getByName("lo").isUp()).isTrue();
        });
  }

  @Test
  void aContainerIsPluggedOrTheKernelsReasonTold() throws IOException {
    NetworkRecord network = network(PARENT, Map.of("ipvlan_mode", "l3", "ipvlan_flag", "private"));
    EndpointState endpoint = endpoint(network);
    Ipvlan ipvlan = new Ipvlan(sys, namespaces);
    if (kernelKnows("ipvlan")) {
      ipvlan.plug(namespace, endpoint, network);
      namespaces.inside(
          namespace, () -> assertThat(NetworkInterface.getByName("eth0").isUp()).isTrue());
    } else {
      assertThatThrownBy(() -> ipvlan.plug(namespace, endpoint, network))
          .isInstanceOf(SystemFailure.class)
          .hasMessage("failed to create the ipvlan port: operation not supported");
    }
  }

  @Test
  void parentsAreMadeAndTakenAwayOrTheKernelsReasonTold() throws IOException {
    ParentLinks parents = new ParentLinks(sys);
    for (String kind : List.of("dummy", "vlan")) {
      NetworkRecord plain = network("", Map.of());
      String name =
          kind.equals("vlan")
              ? PARENT + ".9"
              : ParentLinks.plan(plain.id(), "ipvlan", Map.of(), List.of());
      NetworkRecord network = linked(plain, name);
      if (kernelKnows(kind)) {
        parents.make(network);
        assertThat(NetworkInterface.getByName(name).isUp()).isTrue();
        NetworkRecord other = network(name, Map.of());
        parents.remove(network, List.of(network, other));
        assertThat(NetworkInterface.getByName(name)).isNotNull();
        parents.remove(network, List.of(network));
        assertThat(NetworkInterface.getByName(name)).isNull();
      } else {
        assertThatThrownBy(() -> parents.make(network))
            .hasMessageEndingWith("operation not supported");
      }
    }
    // the host's own stays
    parents.remove(network(PARENT, Map.of()), List.of());
    assertThat(NetworkInterface.getByName(PARENT)).isNotNull();
  }

  @Test
  void namesOfParentsAreChecked() {
    ParentLinks parents = new ParentLinks(sys);
    Map.of(
            "nosuch", "invalid subinterface vlan name nosuch, example formatting is eth0.10",
            "nosuch.7", "-o parent interface was not found on the host: nosuch",
            "ldt9.0", "vlan id must be between 1-4094, received: 0",
            "ldt9.4095", "vlan id must be between 1-4094, received: 4095",
            "ldt9.x", "unable to parse a valid vlan id from: x (ex. eth0.10 for vlan 10)",
            "a.7.8",
                "required interface name format is: name.vlan_id, ex. eth0.10 for vlan 10, instead"
                    + " received a.7.8")
        .forEach(
            (name, message) ->
                assertThatThrownBy(() -> parents.make(network(name, Map.of())))
                    .hasMessage(message));
    assertThatThrownBy(
            () -> ParentLinks.plan("0".repeat(64), "ipvlan", Map.of("parent", "lo"), List.of()))
        .hasMessage("loopback interface is not a valid ipvlan parent link");
    NetworkRecord there = network(PARENT, Map.of());
    assertThatThrownBy(
            () ->
                ParentLinks.plan(
                    "0".repeat(64), "ipvlan", Map.of("parent", PARENT), List.of(there)))
        .hasMessage(
            "network di-"
                + there.id().substring(0, 12)
                + " is already using parent interface ldt9");
  }

  @Test
  void modesFlagsAndMacAddressesAreChecked() {
    assertThatThrownBy(() -> Ipvlan.check(Map.of("ipvlan_mode", "L2")))
        .hasMessage(
            "requested ipvlan mode 'L2' is not valid, 'l2' mode is the ipvlan driver default");
    assertThatThrownBy(() -> Ipvlan.check(Map.of("ipvlan_flag", "x")))
        .hasMessage(
            "requested ipvlan flag 'x' is not valid, 'bridge' is the ipvlan driver default");
    Ipvlan.check(Map.of("ipvlan_mode", "l3s", "ipvlan_flag", "vepa"));
    EndpointSettings wish =
        new EndpointSettings(
            null, null, null, "02:42:ac:11:65:43", null, 0, "", "", "", "", 0, "", "", 0, null);
    assertThatThrownBy(() -> Ipvlan.mac("web", network(PARENT, Map.of()), wish))
        .hasMessageContaining("ipvlan interfaces do not support custom mac address assignment");
  }

  /** Whether the kernel makes such interfaces: an answer other than yes is that it does not. */
  private boolean kernelKnows(String kind) throws IOException {
    try (RouteSocket socket = RouteSocket.open(sys)) {
      int parent = ParentLinks.index(PARENT);
      Map<Integer, Integer> settings = kind.equals("dummy") ? Map.of() : Map.of(1, 1);
      socket.createLink(
          new NewLink(kind, "ldt9k", kind.equals("dummy") ? 0 : parent, settings), -1);
      socket.deleteLink("ldt9k");
      return true;
    } catch (ErrnoException e) {
      assertThat(e.is(ErrnoException.EOPNOTSUPP)).as(e.getMessage()).isTrue();
      return false;
    }
  }

  private static NetworkRecord network(String link, Map<String, String> options) {
    return new NetworkRecord(
        RandomId.hex64(),
        "iv",
        "ipvlan",
        Instant.now().toString(),
        link,
        true,
        false,
        false,
        false,
        false,
        "",
        "default",
        null,
        List.of(),
        options,
        Map.of());
  }

  private static NetworkRecord linked(NetworkRecord network, String link) {
    return new NetworkRecord(
        network.id(),
        "iv",
        "ipvlan",
        network.created(),
        link,
        true,
        false,
        false,
        false,
        false,
        "",
        "default",
        null,
        List.of(),
        Map.of(),
        Map.of());
  }
}
