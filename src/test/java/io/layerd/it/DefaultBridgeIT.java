package io.layerd.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What flags make of the default bridge, seen from a container on it. */
class DefaultBridgeIT {
  private static final String WAYS_OUT =
      "{{with .NetworkSettings.Networks.bridge}}{{.Gateway}} {{.GlobalIPv6Address}}"
          + " {{.IPv6Gateway}}{{end}}";

  private static RegistryFixture registry;
  private static String busybox;

  @BeforeAll
  static void push() {
    registry = new RegistryFixture();
    busybox = registry.push("busybox", "latest", TestImages.busybox(TestImage.Form.DOCKER));
  }

  @AfterAll
  static void close() {
    registry.close();
  }

  @Test
  void itHasIpv6AndOtherWaysOut() {
    try (DaemonFixture daemon = DaemonFixture.stopped()) {
      String prefix = daemon.subnetPrefix();
      daemon.flags(
          "--ipv6",
          "--fixed-cidr-v6=fd00:7373::/64",
          "--default-gateway-v6=fd00:7373::99",
          "--default-gateway=" + prefix + "254");
      daemon.up();
      DockerCli docker = daemon.docker();
      docker.ok("run", "-d", "--name", "one", busybox, "sleep", "1000");
      assertThat(docker.ok("inspect", "-f", WAYS_OUT, "one"))
          .isEqualTo(prefix + "254 fd00:7373::2 fd00:7373::99");
      assertThat(docker.ok("exec", "one", "ip", "route"))
          .contains("default via " + prefix + "254 dev eth0");
      assertThat(docker.ok("exec", "one", "ip", "-6", "route"))
          .contains("default via fd00:7373::99 dev eth0");
      // the bridge itself, and another container
      docker.ok("exec", "one", "ping", "-c1", "-W5", "fd00:7373::1");
      docker.ok("run", "--rm", busybox, "ping", "-c1", "-W5", "fd00:7373::2");
      docker.ok("rm", "-f", "one");
    }
  }

  @Test
  void itHasIpv6OfItsOwn() {
    try (DaemonFixture daemon = DaemonFixture.start("--ipv6")) {
      DockerCli docker = daemon.docker();
      String gateway =
          docker.ok("network", "inspect", "-f", "{{(index .IPAM.Config 1).Gateway}}", "bridge");
      assertThat(gateway).startsWith("fd");
      String script = "ip -6 route | grep default; ping -c1 -W5 " + gateway;
      assertThat(docker.ok("run", "--rm", busybox, "sh", "-c", script))
          .contains("default via " + gateway)
          .contains("1 packets received");
    }
  }

  /** Ports are published all the same, by layerd itself. */
  @Test
  void itHasNoPacketRulesWhereNobodyWantsThem() throws IOException {
    // Other engines of this host may use the same subnets.
    List<String> ofOthers = Command.sh("iptables-save").lines().toList();
    try (DaemonFixture daemon = DaemonFixture.start("--iptables=false")) {
      DockerCli docker = daemon.docker();
      docker.ok("network", "create", "other");
      for (String network : new String[] {"bridge", "other"}) {
        String serve = "echo hello >/tmp/f; httpd -p 80 -h /tmp; sleep 1000";
        docker.ok(
            "run", "-d", "--name", "web", "--net", network, "-p", "80", busybox, "sh", "-c", serve);
        String port = docker.ok("port", "web", "80/tcp").lines().findFirst().orElseThrow();
        Wait.until(
            "the web server",
            () -> docker.run("exec", "web", "wget", "-qO-", "127.0.0.1/f").exit() == 0);
        assertThat(TestHttp.get("http://" + port.replace("0.0.0.0", "127.0.0.1") + "/f"))
            .isEqualTo("hello\n");
        String link =
            network.equals("bridge")
                ? daemon.bridge()
                : "br-"
                    + docker.ok("network", "inspect", "-f", "{{.Id}}", "other").substring(0, 12);
        String subnet =
            docker.ok("network", "inspect", "-f", "{{(index .IPAM.Config 0).Subnet}}", network);
        assertThat(Command.sh("ip link show " + link)).contains(link);
        assertThat(Command.sh("iptables-save").lines().filter(line -> !ofOthers.contains(line)))
            .noneMatch(line -> line.contains(link) || line.contains(subnet));
        docker.ok("rm", "-f", "web");
      }
      docker.ok("network", "rm", "other");
    }
  }
}
