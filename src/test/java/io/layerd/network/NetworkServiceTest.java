package io.layerd.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.error.InvalidParameter;
import io.layerd.error.NotFound;
import io.layerd.error.SystemFailure;
import io.layerd.network.NetworkService.Attachment;
import io.layerd.network.NetworkService.ConnectRequest;
import io.layerd.spec.EndpointIpamConfig;
import io.layerd.spec.EndpointSettings;
import io.layerd.spec.PortBinding;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Networks of the real kernel with the real netavark, on a bridge of this test's own. */
class NetworkServiceTest {
  private static final String BRIDGE = "ldt0";
  private static final String GATEWAY = "10.213.0.1";

  private final Sys sys = Sys.host();
  private final List<AutoCloseable> servers = new ArrayList<>();
  private List<String> rulesBefore = List.of();
  private boolean inUseBefore;

  @TempDir Path root;
  NetworkService networks;

  @BeforeEach
  void open() throws IOException {
    rulesBefore = rules();
    // others on this host may have left netavark's chains without a network
    inUseBefore = baseChainsAreInUse();
    networks = reopen();
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    for (AutoCloseable server : servers) {
      server.close();
    }
    networks.recover(Set.of());
    networks.close();
    assertThat(rules()).containsExactlyInAnyOrderElementsOf(rulesBefore);
    assertThat(baseChainsAreInUse() || !inUseBefore).isTrue();
    assertThat(NetworkInterface.getByName(BRIDGE)).isNull();
    assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain(root.toString());
    try (var names = Files.list(root.resolve("exec/netns"))) {
      assertThat(names).isEmpty();
    }
    try (var names = Files.list(root.resolve("exec/network"))) {
      assertThat(names).isEmpty();
    }
  }

  private NetworkService reopen() {
    return NetworkServices.open(options(), sys);
  }

  private NetworkOptions options() {
    return NetworkOptions.defaults(root.resolve("data"), root.resolve("exec"))
        .withBridge(BRIDGE, GATEWAY + "/24");
  }

  @Test
  void builtInNetworksKeepTheirIds() {
    assertThat(networks.list())
        .extracting(network -> network.name() + " " + network.driver())
        .containsExactly("bridge bridge", "host host", "none null");
    var bridge = networks.get("bridge");
    assertThat(bridge.id()).matches("[0-9a-f]{64}");
    assertThat(bridge.subnets())
        .containsExactly(new NetworkService.Subnet("10.213.0.0/24", null, GATEWAY, Map.of()));
    assertThat(bridge.options()).containsEntry("com.docker.network.bridge.name", BRIDGE);
    assertThat(networks.hostGateway()).isEqualTo(GATEWAY);
    assertThat(reopen().list()).isEqualTo(networks.list());
    assertThat(networks.get(bridge.id().substring(0, 12)).name()).isEqualTo("bridge");
    assertThatThrownBy(() -> networks.get("nosuch"))
        .isInstanceOf(NotFound.class)
        .hasMessage("network nosuch not found");
  }

  @Test
  void containersReachEachOtherAndTheHost() throws Exception {
    Attachment one = networks.connect(bridge("one", Map.of()));
    Attachment two = networks.connect(bridge("two", Map.of()));
    assertThat(address(one)).isEqualTo("10.213.0.2");
    assertThat(address(two)).isEqualTo("10.213.0.3");
    EndpointSettings end = endpoint(one);
    assertThat(end.gateway()).isEqualTo(GATEWAY);
    assertThat(end.ipPrefixLen()).isEqualTo(24);
    assertThat(end.macAddress()).matches("([0-9a-f]{2}:){5}[0-9a-f]{2}");
    assertThat(one.namespace().getFileName().toString())
        .isEqualTo(one.sandboxId().substring(0, 12));
    assertThat(networks.get("bridge").containers()).hasSize(2);
    assertThat(networks.find(id("one"))).isEqualTo(one);

    serve(two.namespace(), 80, "two");
    assertThat(inside(one.namespace(), () -> ask(address(two), 80))).isEqualTo("two");

    String outside = hostAddress();
    try (ServerSocket host = new ServerSocket(0, 5, InetAddress.getByName(outside))) {
      answer(host, "host");
      assertThat(inside(one.namespace(), () -> ask(outside, host.getLocalPort())))
          .isEqualTo("host");
    }
    assertThat(
            inside(
                one.namespace(),
                () -> Files.readString(Path.of("/proc/sys/net/ipv6/conf/eth0/disable_ipv6"))))
        .startsWith("1");

    networks.disconnect(id("one"));
    networks.disconnect(id("one"));
    assertThat(networks.find(id("one"))).isNull();
    assertThat(one.namespace()).doesNotExist();
    assertThat(address(networks.connect(bridge("three", Map.of())))).isEqualTo("10.213.0.2");
  }

  @Test
  void publishedPortsAreReachableFromEverywhere() throws Exception {
    Map<String, List<PortBinding>> bindings =
        Map.of(
            "80/tcp", List.of(new PortBinding("", "28080")),
            "81/tcp", List.of(new PortBinding("", "28081")),
            "90/tcp", List.of(new PortBinding("127.0.0.1", "")),
            "53/udp", List.of(new PortBinding("", "28053")));
    ConnectRequest request =
        new ConnectRequest(
            id("web"),
            "web",
            "web",
            List.of(),
            Map.of("bridge", asks("")),
            Set.of("80/tcp", "7000/tcp"),
            bindings,
            false,
            false,
            null);
    Attachment web = networks.connect(request);
    Attachment other = networks.connect(bridge("other", Map.of()));
    assertThat(web.ports().get("80/tcp"))
        .containsExactly(new PortBinding("0.0.0.0", "28080"), new PortBinding("::", "28080"));
    assertThat(web.ports().get("7000/tcp")).isEmpty();
    PortBinding dynamic = first(web, "90/tcp");
    assertThat(dynamic.hostIp()).isEqualTo("127.0.0.1");

    serve(web.namespace(), 80, "web80");
    serve(web.namespace(), 81, "web81");
    serve(web.namespace(), 90, "web90");
    echoUdp(web.namespace(), 53);
    assertThat(ask("127.0.0.1", 28080)).isEqualTo("web80");
    assertThat(ask("127.0.0.1", 28081)).isEqualTo("web81");
    assertThat(ask("::1", 28080)).isEqualTo("web80");
    assertThat(ask(GATEWAY, 28080)).isEqualTo("web80");
    assertThat(ask(hostAddress(), 28080)).isEqualTo("web80");
    assertThat(ask("127.0.0.1", Integer.parseInt(dynamic.hostPort()))).isEqualTo("web90");
    assertThat(inside(other.namespace(), () -> ask(GATEWAY, 28080))).isEqualTo("web80");
    assertThat(inside(web.namespace(), () -> ask(GATEWAY, 28080))).isEqualTo("web80");
    assertThat(askUdp("127.0.0.1", 28053)).isEqualTo("ping");
    assertThat(askUdp("::1", 28053)).isEqualTo("ping");
    assertThat(askUdp(GATEWAY, 28053)).isEqualTo("ping");

    networks.disconnect(id("web"));
    assertThatThrownBy(() -> ask("127.0.0.1", 28080)).isInstanceOf(IOException.class);
    assertThat(rules()).noneMatch(rule -> rule.contains("28080"));
  }

  @Test
  void theKernelForgetsConnectionsWithAndWithoutAFilter() throws Exception {
    networks.connect(bridge("one", Map.of())); // its rules have the kernel follow connections
    InetAddress from = InetAddress.ofLiteral("127.213.0.1");
    InetAddress to = InetAddress.ofLiteral("127.213.0.2");
    for (long few : new long[] {-1, Long.MAX_VALUE}) {
      Conntrack conntrack = new Conntrack(Sys.host(), few);
      Set<Ip> answering = Set.of(Ip.of(to.getAddress()));
      Set<Ip> asking = Set.of(Ip.of(from.getAddress()));
      conntrack.forget(asking);
      try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress(from, 0))) {
        DatagramPacket packet = new DatagramPacket(new byte[1], 1, to, 28057);
        socket.send(packet);
        assertThat(conntrack.forget(Set.of(Ip.parse("127.213.0.3"), Ip.parse("fd00::213"))))
            .isZero();
        assertThat(conntrack.forget(answering)).as("few: %d", few).isEqualTo(1);
        assertThat(conntrack.forget(answering)).isZero();
        socket.send(packet);
        assertThat(conntrack.forget(asking)).isEqualTo(1);
        socket.send(packet);
        assertThat(conntrack.forgetUdp(Set.of(28058))).isZero();
        assertThat(conntrack.forgetUdp(Set.of(28058, 28057))).isEqualTo(1);
      }
    }
  }

  @Test
  void aTakenPortIsRefusedInDockersWords() throws Exception {
    networks.connect(bridge("first", Map.of("80/tcp", List.of(new PortBinding("", "28090")))));
    assertThatThrownBy(
            () ->
                networks.connect(
                    bridge(
                        "second",
                        Map.of("80/tcp", List.of(new PortBinding("127.0.0.1", "28090"))))))
        .isInstanceOf(SystemFailure.class)
        .hasMessageMatching(
            "driver failed programming external connectivity"
                + " on endpoint second \\([0-9a-f]{64}\\): Bind for 0.0.0.0:28090"
                + " failed: port is already allocated");
    try (ServerSocket taken = new ServerSocket(28091)) {
      assertThat(taken.isBound()).isTrue();
      assertThatThrownBy(
              () ->
                  networks.connect(
                      bridge("third", Map.of("80/tcp", List.of(new PortBinding("", "28091"))))))
          .hasMessageMatching(
              ".* on endpoint third \\(.*\\): failed to bind host port for"
                  + " 0.0.0.0:28091:10.213.0.3:80/tcp: address already in use");
    }
    assertThatThrownBy(
            () ->
                networks.connect(
                    bridge("x", Map.of("80/tcp", List.of(new PortBinding("1.2.3.4", "28092"))))))
        .hasMessageEndingWith(
            "failed to bind host port for 1.2.3.4:28092:10.213.0.3:80/tcp: cannot assign requested"
                + " address");
    assertThat(networks.find(id("second"))).isNull();

    Map<String, List<PortBinding>> range =
        Map.of("80/tcp", List.of(new PortBinding("", "28090-28091")));
    assertThat(first(networks.connect(bridge("fourth", range)), "80/tcp"))
        .isEqualTo(new PortBinding("0.0.0.0", "28091"));
    assertThatThrownBy(() -> networks.connect(bridge("fifth", range)))
        .hasMessageEndingWith("): all ports are allocated");
    assertThatThrownBy(() -> new ServerSocket(28091).close()).isInstanceOf(IOException.class);
  }

  @Test
  void publishAllTakesFreePorts() {
    ConnectRequest request =
        new ConnectRequest(
            id("all"),
            "all",
            "all",
            List.of(),
            Map.of("bridge", asks("")),
            Set.of("80/tcp", "81/tcp", "53/udp"),
            Map.of(),
            true,
            false,
            null);
    Attachment all = networks.connect(request);
    assertThat(all.ports()).containsOnlyKeys("80/tcp", "81/tcp", "53/udp");
    assertThat(all.ports().values())
        .allSatisfy(
            list -> assertThat(Integer.parseInt(list.getFirst().hostPort())).isGreaterThan(1024));
  }

  @Test
  void hostAndNone() throws Exception {
    Attachment host = networks.connect(on("h", "host"));
    assertThat(host.namespace()).isEqualTo(root.resolve("exec/netns/default"));
    assertThat(host.ports()).isEmpty();
    assertThat(networks.get("host").containers()).containsOnlyKeys(id("h"));
    Attachment none = networks.connect(on("n", "none"));
    assertThat(none.ports()).isEmpty();
    assertThat(inside(none.namespace(), () -> NetworkInterface.getByName("lo").isUp())).isTrue();
    assertThat(
            inside(none.namespace(), () -> Files.readString(Path.of("/proc/thread-self/net/dev"))))
        .doesNotContain("eth0");
    assertThat(rules()).containsExactlyInAnyOrderElementsOf(rulesBefore);
    networks.disconnect(id("h"));
    networks.disconnect(id("n"));
  }

  @Test
  void badRequestsLeaveNothing() {
    assertThatThrownBy(() -> networks.connect(on("a", "nosuch")))
        .isInstanceOf(NotFound.class)
        .hasMessage("network nosuch not found");
    assertThatThrownBy(
            () ->
                networks.connect(bridge("b", Map.of("80/xyz", List.of(new PortBinding("", "1"))))))
        .isInstanceOf(InvalidParameter.class);
    assertThatThrownBy(
            () ->
                networks.validate(
                    Map.of(
                        "bridge",
                        new EndpointSettings(
                            new EndpointIpamConfig("10.213.0.9", "", null),
                            null,
                            null,
                            "",
                            null,
                            0,
                            "",
                            "",
                            "",
                            "",
                            0,
                            "",
                            "",
                            0,
                            null))))
        .isInstanceOf(InvalidParameter.class)
        .hasMessageStartingWith(
            "invalid config for network bridge: invalid endpoint settings:\nuser specified");
    assertThat(address(networks.connect(bridge("c", Map.of())))).isEqualTo("10.213.0.2");
    networks.disconnect(id("c"));
  }

  @Test
  void aFailingNetavarkLeavesNothing() throws Exception {
    Path broken =
        Files.writeString(
            root.resolve("netavark"),
            """
        #!/bin/sh
        [ "$3" = setup ] && /usr/lib/podman/netavark "$@" >/dev/null && echo '{"error":"on purpose"}' && exit 1
        exec /usr/lib/podman/netavark "$@"
        """);
    assertThat(broken.toFile().setExecutable(true)).isTrue();
    NetworkService failing = NetworkServices.open(options().withNetavark(broken), sys);
    assertThatThrownBy(
            () ->
                failing.connect(
                    bridge("f", Map.of("80/tcp", List.of(new PortBinding("", "28095"))))))
        .isInstanceOf(SystemFailure.class)
        .hasMessageContaining("netavark setup failed: on purpose");
    assertThat(failing.find(id("f"))).isNull();
    assertThat(rules()).containsExactlyInAnyOrderElementsOf(rulesBefore);
    failing.close();
  }

  @Test
  void aNewDaemonTakesBackWhatTheOldOneLeft() throws Exception {
    Map<String, List<PortBinding>> bindings =
        Map.of("80/tcp", List.of(new PortBinding("127.0.0.1", "28100")));
    NetworkService old = reopen();
    Attachment gone = old.connect(bridge("gone", bindings));
    Attachment kept = old.connect(bridge("kept", Map.of()));
    old.connect(bridge("half", Map.of()));
    Attachment ended = old.connect(bridge("ended", Map.of()));
    old.disconnect(id("ended"));
    // a crash between taking down the interface and its rules
    new NetNamespaces(sys, root.resolve("exec/netns")).remove(gone.namespace());
    old.close();

    networks = reopen();
    networks.recover(Set.of(id("kept")));
    assertThat(networks.find(id("kept"))).isEqualTo(kept);
    assertThat(networks.find(id("gone"))).isNull();
    assertThat(rules()).noneMatch(rule -> rule.contains("28100"));
    serve(kept.namespace(), 80, "kept");
    assertThat(ask(address(kept), 80)).isEqualTo("kept");
    assertThat(address(networks.connect(bridge("new", Map.of())))).isEqualTo(address(gone));
    assertThat(ended.namespace()).doesNotExist();
    networks.disconnect(id("new"));
    networks.disconnect(id("kept"));
  }

  /** The bridge is there with its rules, and nobody said yet that it is layerd's. */
  @Test
  void aDaemonThatDiedAtABridgeLeavesItToTheNext() throws Exception {
    networks.recover(Set.of());
    networks.reload();
    Path alias = Path.of("/sys/class/net", BRIDGE, "ifalias");
    assertThat(Files.readString(alias)).startsWith("layerd ");
    Files.writeString(alias, "\n");
    NetNamespaces namespaces = new NetNamespaces(sys, root.resolve("exec/netns"));
    String network = networks.get("bridge").id().substring(0, 12);
    Path namespace = namespaces.create("scratch-" + network);
    namespaces.create("scratch-" + "0".repeat(12));

    networks = reopen();
    networks.recover(Set.of());
    networks.reload();
    assertThat(Files.readString(alias)).startsWith("layerd ");
    assertThat(namespace).doesNotExist();
  }

  @Test
  void aBridgeStaysWithItsNetwork() throws Exception {
    networks.connect(bridge("a", Map.of()));
    networks.disconnect(id("a"));
    assertThat(NetworkInterface.getByName(BRIDGE)).isNotNull();
    assertThat(networks.get("bridge").containers()).isEmpty();
    assertThat(address(networks.connect(bridge("b", Map.of())))).isEqualTo("10.213.0.2");
    networks.disconnect(id("b"));
    networks.close();
    assertThat(NetworkInterface.getByName(BRIDGE)).isNull();
    networks = reopen();
  }

  @Test
  void whatWasBegunIsAwaitedOrTakenBack() throws Exception {
    Attachment begun = networks.begin(bridge("begun", Map.of()));
    assertThat(begun.namespace()).exists();
    networks.complete(id("begun"));
    networks.complete(id("begun"));
    serve(begun.namespace(), 80, "begun");
    assertThat(ask(address(begun), 80)).isEqualTo("begun");

    Map<String, List<PortBinding>> bindings =
        Map.of("80/tcp", List.of(new PortBinding("127.0.0.1", "28110")));
    for (int i = 0; i < 5; i++) {
      Attachment left = networks.begin(bridge("left", bindings));
      networks.disconnect(id("left"));
      networks.complete(id("left"));
      assertThat(networks.find(id("left"))).isNull();
      assertThat(left.namespace()).doesNotExist();
      assertThat(rules()).noneMatch(rule -> rule.contains("28110"));
    }
    networks.disconnect(id("begun"));
  }

  @Test
  void manyAtOnce() throws Exception {
    long start = System.nanoTime();
    try (ExecutorService pool = Executors.newFixedThreadPool(16)) {
      List<Future<String>> all =
          IntStream.range(0, 24)
              .mapToObj(
                  i ->
                      pool.submit(
                          () -> {
                            String address = address(networks.connect(bridge("m" + i, Map.of())));
                            networks.disconnect(id("m" + i));
                            return address;
                          }))
              .toList();
      for (Future<String> one : all) {
        assertThat(one.get()).startsWith("10.213.0.");
      }
    }
    System.out.printf("24 at once: %d ms%n", (System.nanoTime() - start) / 1_000_000);
    assertThat(networks.get("bridge").containers()).isEmpty();
  }

  private static String id(String name) {
    return (name + "f".repeat(64)).substring(0, 64);
  }

  private static EndpointSettings asks(String mac) {
    return new EndpointSettings(null, null, null, mac, null, 0, "", "", "", "", 0, "", "", 0, null);
  }

  private static ConnectRequest bridge(String name, Map<String, List<PortBinding>> bindings) {
    return new ConnectRequest(
        id(name),
        name,
        name,
        List.of(),
        Map.of("bridge", asks("")),
        Set.of(),
        bindings,
        false,
        false,
        null);
  }

  private static ConnectRequest on(String name, String network) {
    return new ConnectRequest(
        id(name),
        name,
        name,
        List.of(),
        Map.of(network, asks("")),
        Set.of("80/tcp"),
        Map.of("80/tcp", List.of(new PortBinding("", "28120"))),
        false,
        false,
        null);
  }

  private static EndpointSettings endpoint(Attachment attachment) {
    return attachment.endpoints().values().iterator().next();
  }

  private static PortBinding first(Attachment attachment, String port) {
    return attachment.ports().getOrDefault(port, List.of()).getFirst();
  }

  private static String address(Attachment attachment) {
    return endpoint(attachment).ipAddress();
  }

  private static String hostAddress() throws IOException {
    return NetworkInterface.networkInterfaces()
        .filter(link -> !link.getName().equals("lo") && !link.getName().matches("ldt.*|docker.*"))
        .flatMap(link -> link.inetAddresses())
        .filter(address -> address.getAddress().length == 4)
        .findFirst()
        .orElseThrow()
        .getHostAddress();
  }

  private static List<String> rules() throws IOException {
    return HostCommand.run(List.of("iptables-save"), "")
        .output()
        .lines()
        .filter(line -> line.contains("10.213.") || line.contains(BRIDGE))
        .toList();
  }

  /** netavark's base chains are there only while some network, ours or another's, has its own. */
  private static boolean baseChainsAreInUse() throws IOException {
    List<String> all = HostCommand.run(List.of("iptables-save"), "").output().lines().toList();
    return all.stream().noneMatch(line -> line.startsWith(":NETAVARK"))
        || all.stream().anyMatch(line -> line.matches(":NETAVARK-[0-9A-F]{13} .*"));
  }

  private <T> T inside(Path namespace, Callable<T> work) {
    AtomicReference<T> result = new AtomicReference<>();
    new NetNamespaces(sys, root.resolve("exec/netns"))
        .inside(
            namespace,
            () -> {
              try {
                result.set(work.call());
              } catch (IOException e) {
                throw e;
              } catch (Exception e) {
                throw new IOException(e);
              }
            });
    return Objects.requireNonNull(result.get());
  }

  private void serve(Path namespace, int port, String text) {
    answer(inside(namespace, () -> new ServerSocket(port)), text);
  }

  private void answer(ServerSocket server, String text) {
    servers.add(server);
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              while (!server.isClosed()) {
                try (Socket client = server.accept()) {
                  client.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
                } catch (IOException e) {
                  // closed
                }
              }
            });
  }

  private void echoUdp(Path namespace, int port) {
    DatagramSocket socket = inside(namespace, () -> new DatagramSocket(port));
    servers.add(socket);
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              DatagramPacket packet = new DatagramPacket(new byte[100], 100);
              while (!socket.isClosed()) {
                try {
                  socket.receive(packet);
                  socket.send(packet);
                } catch (IOException e) {
                  // closed
                }
              }
            });
  }

  private static String ask(String address, int port) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(address, port), 3000);
      socket.setSoTimeout(3000);
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static String askUdp(String address, int port) throws IOException {
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.setSoTimeout(3000);
      byte[] data = "ping".getBytes(StandardCharsets.UTF_8);
      socket.send(new DatagramPacket(data, data.length, new InetSocketAddress(address, port)));
      DatagramPacket answer = new DatagramPacket(new byte[100], 100);
      socket.receive(answer);
      return new String(answer.getData(), 0, answer.getLength(), StandardCharsets.UTF_8);
    }
  }
}
