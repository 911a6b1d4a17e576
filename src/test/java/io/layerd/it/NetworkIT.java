package io.layerd.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code docker network}, and containers on networks a user made. */
@ExtendWith(SharedEngine.class)
class NetworkIT {
  private static final String SUBNET = "10.222.201.0/24";
  private static final String OTHER = "10.222.202.0/24";
  private static final String SIX = "fd00:222:201::/64";

  private final DockerCli docker;
  private final String image;

  NetworkIT(Engine engine) {
    docker = engine.docker();
    image = engine.busybox();
  }

  @AfterEach
  void removeAll() {
    docker
        .with(
            "bash",
            "-c",
            "docker ps -aq --filter name=itn- | xargs -r docker rm -f -v;"
                + " docker network ls -q --filter name=itn- | xargs -r docker network rm")
        .run()
        .ok();
  }

  private void network(String name, String... options) {
    docker
        .with("bash", "-c", "docker network create " + String.join(" ", options) + " " + name)
        .run()
        .ok();
  }

  private void run(String name, String... options) {
    docker
        .with(
            "bash",
            "-c",
            "docker run -d --name %s %s %s sh -c 'echo %s > /tmp/f; httpd -p 80 -h /tmp; sleep 1000'"
                .formatted(name, String.join(" ", options), image, name))
        .run()
        .ok();
  }

  private String inspect(String name, String format) {
    return docker.ok("inspect", "-f", format, name);
  }

  private String fetch(String from, String url) {
    return docker.run("exec", from, "timeout", "5", "wget", "-qO-", url).out().strip();
  }

  /** The addresses a container is told for a name. */
  private List<String> lookup(String container, String name) {
    String answer = docker.run("exec", container, "nslookup", name).out();
    return answer
        .substring(answer.indexOf("answer") < 0 ? answer.length() : answer.indexOf("answer"))
        .lines()
        .filter(line -> line.startsWith("Address") || line.contains("name = "))
        .map(line -> line.replaceAll(".*(: |name = )", ""))
        .toList();
  }

  @Test
  void networksAreMadeShownAndRemoved() {
    network("itn-a", "--subnet", SUBNET, "--label", "x=y", "--attachable");
    assertThat(
            docker.ok(
                "network",
                "inspect",
                "-f",
                "{{.Driver}} {{.Scope}} {{.EnableIPv4}} {{.EnableIPv6}} {{.Attachable}}"
                    + " {{.Internal}} {{json .IPAM.Config}} {{json .Labels}} {{json .Containers}}",
                "itn-a"))
        .isEqualTo(
            "bridge local true false true false [{\"Subnet\":\""
                + SUBNET
                + "\"}] {\"x\":\"y\"} {}");
    docker
        .run("network", "create", "itn-a")
        .exits(1)
        .says("network with name itn-a already exists");
    docker
        .run("network", "create", "--subnet", "10.222.201.128/25", "itn-b")
        .exits(1)
        .says("invalid pool request: Pool overlaps with other one on this address space");
    docker
        .run("network", "create", "--subnet", "10.222.203.5/24", "itn-b")
        .exits(1)
        .says("invalid subnet 10.222.203.5/24: it should be 10.222.203.0/24");
    docker
        .run("network", "create", "-d", "nosuch", "itn-b")
        .exits(1)
        .says("plugin \"nosuch\" not found");
    docker
        .run("network", "create", "host")
        .exits(1)
        .says("operation is not permitted on predefined host network");
    docker
        .run("network", "rm", "bridge")
        .exits(1)
        .says("bridge is a pre-defined network and cannot be removed");
    String id = docker.ok("network", "inspect", "-f", "{{.Id}}", "itn-a");
    assertThat(docker.ok("network", "ls", "-q", "--filter", "label=x=y"))
        .isEqualTo(id.substring(0, 12));
    assertThat(Command.sh("cat /sys/class/net/br-" + id.substring(0, 12) + "/operstate"))
        .isNotEmpty();
    docker.ok("network", "rm", id.substring(0, 10));
    docker.run("network", "inspect", "itn-a").exits(1).says("network itn-a not found");
    assertThat(Command.sh("ls /sys/class/net")).doesNotContain("br-" + id.substring(0, 12));
    assertThat(Command.sh("iptables-save")).doesNotContain(id.substring(0, 12), "10.222.201.");
  }

  @Test
  void containersFindEachOtherByName() {
    network("itn-a", "--subnet", SUBNET);
    run("itn-one", "--network itn-a --network-alias web --ip 10.222.201.77 --hostname first");
    run("itn-two", "--network itn-a --network-alias web --mac-address 02:11:22:33:44:55");
    String two = inspect("itn-two", "{{(index .NetworkSettings.Networks \"itn-a\").IPAddress}}");
    assertThat(two).isEqualTo("10.222.201.2");
    assertThat(inspect("itn-two", "{{(index .NetworkSettings.Networks \"itn-a\").MacAddress}}"))
        .isEqualTo("02:11:22:33:44:55");
    assertThat(docker.ok("exec", "itn-two", "cat", "/sys/class/net/eth0/address"))
        .isEqualTo("02:11:22:33:44:55");
    assertThat(docker.ok("exec", "itn-one", "cat", "/etc/resolv.conf"))
        .contains("nameserver 127.0.0.11\n", "ndots:0", "(internal resolver)");
    assertThat(docker.ok("exec", "itn-one", "cat", "/etc/hosts")).endsWith("10.222.201.77\tfirst");
    String id = inspect("itn-one", "{{.Id}}").substring(0, 12);
    for (String name : List.of("itn-one", "first", id, "itn-one.itn-a", "ITN-ONE")) {
      assertThat(lookup("itn-two", name)).as(name).containsExactly("10.222.201.77");
    }
    assertThat(lookup("itn-two", "web")).containsExactlyInAnyOrder("10.222.201.77", two);
    assertThat(lookup("itn-two", "10.222.201.77")).containsExactly("itn-one.itn-a");
    assertThat(inspect("itn-one", "{{json (index .NetworkSettings.Networks \"itn-a\").DNSNames}}"))
        .isEqualTo("[\"itn-one\",\"web\",\"" + id + "\",\"first\"]");
    assertThat(fetch("itn-two", "http://10.222.201.77/f")).isEqualTo("itn-one");
    docker.ok("rename", "itn-one", "itn-uno");
    assertThat(lookup("itn-two", "itn-uno")).containsExactly("10.222.201.77");
    assertThat(lookup("itn-two", "itn-one")).isEmpty();
    docker
        .run("run", "--rm", "--network", "itn-a", "--ip", two, image, "true")
        .exits(125)
        .says("Address already in use");
    docker
        .run("network", "rm", "itn-a")
        .exits(1)
        .says("network itn-a has active endpoints (name:\"itn-");
    // Both restarted: what a user chose stays, and the name leads on.
    docker.ok("restart", "-t", "0", "itn-uno", "itn-two");
    assertThat(lookup("itn-two", "itn-uno")).containsExactly("10.222.201.77");
    assertThat(docker.ok("exec", "itn-two", "cat", "/sys/class/net/eth0/address"))
        .isEqualTo("02:11:22:33:44:55");
  }

  @Test
  void aRunningContainerChangesNetworks() throws Exception {
    network("itn-a", "--subnet", SUBNET);
    network("itn-b", "--subnet", OTHER);
    int port = RegistryFixture.freePort();
    run("itn-web", "--network itn-a -p " + port + ":80");
    run("itn-client", "--network itn-b");
    assertThat(lookup("itn-client", "itn-web")).isEmpty();
    docker.ok("network", "connect", "--alias", "shop", "--ip", "10.222.202.50", "itn-b", "itn-web");
    docker
        .run("network", "connect", "itn-b", "itn-web")
        .exits(1)
        .says("endpoint with name itn-web already exists in network itn-b");
    assertThat(lookup("itn-client", "shop")).containsExactly("10.222.202.50");
    assertThat(fetch("itn-client", "http://10.222.202.50/f")).isEqualTo("itn-web");
    assertThat(docker.ok("exec", "itn-web", "cat", "/etc/hosts"))
        .contains("10.222.201.2\t", "10.222.202.50\t");
    assertThat(docker.ok("exec", "itn-web", "ip", "route"))
        .contains("default via 10.222.201.1 dev eth0", "10.222.202.0/24 dev eth1");
    assertThat(docker.ok("ps", "--filter", "network=itn-b", "--format", "{{.Names}}").lines())
        .containsExactlyInAnyOrder("itn-web", "itn-client");
    docker.ok("network", "disconnect", "itn-a", "itn-web");
    assertThat(docker.ok("exec", "itn-web", "ip", "route"))
        .contains("default via 10.222.202.1 dev eth1")
        .doesNotContain("10.222.201.");
    assertThat(docker.ok("exec", "itn-web", "cat", "/etc/hosts")).doesNotContain("10.222.201.");
    assertThat(TestHttp.get("http://127.0.0.1:" + port + "/f")).isEqualTo("itn-web\n");
    docker
        .run("network", "disconnect", "itn-a", "itn-web")
        .exits(1)
        .says("is not connected to network itn-a");
    docker.ok("network", "disconnect", "itn-b", "itn-client");
    assertThat(docker.ok("exec", "itn-client", "cat", "/etc/resolv.conf"))
        .as("what has asked it once goes on asking it, as with dockerd")
        .contains("nameserver 127.0.0.11");
    docker.ok("network", "connect", "--link", "itn-web:database", "itn-b", "itn-client");
    assertThat(lookup("itn-client", "database")).containsExactly("10.222.202.50");
    docker
        .run("network", "connect", "host", "itn-web")
        .exits(1)
        .says("cannot connect container to host network");
  }

  @Test
  void networksAreApart() throws Exception {
    network("itn-a", "--subnet", SUBNET);
    network("itn-b", "--subnet", OTHER);
    network("itn-in", "--subnet", "10.222.203.0/24", "--internal");
    network(
        "itn-quiet",
        "--subnet",
        "10.222.204.0/24",
        "-o com.docker.network.bridge.enable_icc=false");
    int port = RegistryFixture.freePort();
    run("itn-one", "--network itn-a -p " + port + ":80");
    run("itn-two", "--network itn-b");
    run("itn-three", "--network itn-in");
    run("itn-four", "--network itn-in");
    run("itn-five", "--network itn-quiet");
    run("itn-six", "--network itn-quiet");
    assertThat(fetch("itn-two", "http://10.222.201.2/f")).isEmpty();
    // What is published is for everybody, by any address of the host.
    assertThat(fetch("itn-two", "http://10.222.202.1:" + port + "/f")).isEqualTo("itn-one");
    assertThat(fetch("itn-one", "http://10.222.201.1:" + port + "/f")).isEqualTo("itn-one");
    assertThat(fetch("itn-three", "http://10.222.203.3/f")).isEqualTo("itn-four");
    assertThat(docker.ok("exec", "itn-three", "ip", "route")).doesNotContain("default");
    docker.run("exec", "itn-three", "nslookup", "example.com").exits(1).says("SERVFAIL");
    assertThat(lookup("itn-three", "itn-four")).containsExactly("10.222.203.3");
    // It exists, also for who asks for something that it has not.
    docker.run("exec", "itn-three", "nslookup", "-type=mx", "itn-four").exits(0);
    assertThat(fetch("itn-six", "http://10.222.204.2/f")).isEmpty();
    docker
        .run("run", "--rm", "--network", "itn-b", "-p", port + ":80", image, "true")
        .exits(125)
        .says("Bind for 0.0.0.0:" + port + " failed: port is already allocated");
  }

  @Test
  void bothFamilies() {
    network("itn-six", "--ipv6", "--subnet", SUBNET, "--subnet", SIX);
    run("itn-one", "--network itn-six --ip6 fd00:222:201::77");
    run("itn-two", "--network itn-six");
    assertThat(
            inspect(
                "itn-two",
                "{{with index .NetworkSettings.Networks \"itn-six\"}}{{.GlobalIPv6Address}}"
                    + " {{.GlobalIPv6PrefixLen}} {{.IPv6Gateway}}{{end}}"))
        .isEqualTo("fd00:222:201::2 64 fd00:222:201::1");
    assertThat(lookup("itn-two", "itn-one"))
        .containsExactlyInAnyOrder("10.222.201.2", "fd00:222:201::77");
    assertThat(docker.ok("exec", "itn-two", "ip", "-6", "route"))
        .contains("default via fd00:222:201::1 dev eth0");
    docker.ok("exec", "itn-two", "ping", "-6", "-c", "1", "-w", "5", "fd00:222:201::77");
    docker.ok("exec", "itn-two", "ping", "-6", "-c", "1", "-w", "5", "fd00:222:201::1");
    assertThat(docker.ok("exec", "itn-two", "cat", "/etc/hosts")).contains("fd00:222:201::2\t");
  }

  @Test
  void macvlan() {
    docker
        .run("network", "create", "-d", "ipvlan", "-o", "ipvlan_mode=l4", "itn-iv")
        .exits(1)
        .says("requested ipvlan mode 'l4' is not valid, 'l2' mode is the ipvlan driver default");
    docker
        .run("network", "create", "-d", "macvlan", "-o", "parent=nosuch0", "itn-mv")
        .exits(1)
        .says("invalid subinterface vlan name nosuch0, example formatting is eth0.10");
    network("itn-below", "--subnet", OTHER, "-o com.docker.network.bridge.name=itnbelow");
    // A bridge has a carrier only with something on it.
    run("itn-base", "--network itn-below");
    network("itn-mv", "-d macvlan -o parent=itnbelow --subnet 10.222.206.0/24");
    run("itn-one", "--network itn-mv --ip 10.222.206.9");
    run("itn-two", "--network itn-mv");
    assertThat(fetch("itn-two", "http://10.222.206.9/f")).isEqualTo("itn-one");
    assertThat(lookup("itn-two", "itn-one")).containsExactly("10.222.206.9");
    assertThat(docker.ok("exec", "itn-two", "ip", "route"))
        .contains("default via 10.222.206.1 dev eth0");
  }

  @Test
  void anAddressThatChangesHandsIsFoundAtOnce() {
    network("itn-a", "--ipv6", "--subnet", SUBNET, "--subnet", SIX);
    run("itn-one", "--network itn-a");
    for (String name : List.of("itn-two", "itn-three")) {
      run(name, "--network itn-a --ip 10.222.201.9 --ip6 fd00:222:201::9");
      assertThat(fetch("itn-one", "http://10.222.201.9/f")).isEqualTo(name);
      assertThat(fetch("itn-one", "http://[fd00:222:201::9]/f")).isEqualTo(name);
      docker.ok("rm", "-f", name);
      // else the next one's packets would belong to these connections
      assertThat(Command.sh("cat /proc/net/nf_conntrack 2>/dev/null || true").lines())
          .noneMatch(line -> line.contains("=10.222.201.9 "));
    }
  }

  @Test
  void networksThatAreGone() {
    network("itn-a", "--subnet", SUBNET);
    network("itn-b", "--subnet", OTHER);
    docker.ok("create", "--name", "itn-one", "--network", "itn-a", image, "true");
    docker.ok("network", "connect", "itn-b", "itn-one");
    docker.ok("network", "rm", "itn-a");
    docker.ok("network", "disconnect", "itn-a", "itn-one");
    docker
        .run("network", "disconnect", "itn-a", "itn-one")
        .exits(1)
        .says("is not connected to the network itn-a");
    docker
        .run("start", "itn-one")
        .exits(1)
        .says("could not find a network matching network mode itn-a: network itn-a not found");
  }

  @Test
  void configurationNetworks() {
    network("itn-a", "--config-only --subnet", SUBNET, "--label c=d");
    network("itn-b", "--config-from itn-a");
    assertThat(
            docker.ok(
                "network",
                "inspect",
                "-f",
                "{{.Labels.c}} {{(index .IPAM.Config 0).Subnet}}",
                "itn-b"))
        .isEqualTo("d " + SUBNET);
    docker
        .run("network", "rm", "itn-a")
        .exits(1)
        .says("error while removing network: configuration network \"itn-a\" is in use");
    docker.ok("network", "rm", "itn-b", "itn-a");
  }

  @Test
  void eventsAndPrune() {
    String since = Command.sh("date +%s.%N").strip();
    network("itn-a", "--subnet", SUBNET);
    network("itn-b", "--subnet", OTHER, "--label", "keep=");
    run("itn-one", "--network itn-a");
    docker.ok("stop", "-t", "0", "itn-one");
    docker.ok("network", "connect", "itn-b", "itn-one");
    assertThat(inspect("itn-one", "{{range $k, $v := .NetworkSettings.Networks}}{{$k}} {{end}}"))
        .isEqualTo("itn-a itn-b");
    assertThat(docker.ok("network", "prune", "-f", "--filter", "until=1h")).isEmpty();
    assertThat(docker.ok("network", "prune", "-f", "--filter", "label!=keep").lines())
        .contains("itn-a")
        .doesNotContain("itn-b");
    docker.run("start", "itn-one").exits(1).says("network itn-a not found");
    docker.ok("network", "disconnect", "-f", "itn-a", "itn-one");
    docker.run("start", "itn-one").exits(1).says("network mode itn-a: network itn-a not found");
    network("itn-a", "--subnet", SUBNET);
    docker.ok("start", "itn-one");
    assertThat(inspect("itn-one", "{{range $k, $v := .NetworkSettings.Networks}}{{$k}} {{end}}"))
        .isEqualTo("itn-b");
    String until = Command.sh("date +%s.%N").strip();
    assertThat(
            docker
                .ok(
                    "events",
                    "--since",
                    since,
                    "--until",
                    until,
                    "--filter",
                    "type=network",
                    "--format",
                    "{{.Action}} {{.Actor.Attributes.name}} {{.Actor.Attributes.type}}")
                .lines())
        .filteredOn(line -> line.contains("itn-"))
        .containsExactly(
            "create itn-a bridge",
            "create itn-b bridge",
            "connect itn-a bridge",
            "disconnect itn-a bridge",
            "destroy itn-a bridge",
            "create itn-a bridge",
            "connect itn-b bridge");
  }
}
