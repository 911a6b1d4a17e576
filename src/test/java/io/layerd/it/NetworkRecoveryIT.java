package io.layerd.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Networks outlive the daemon, and rules a reload of the firewall. */
class NetworkRecoveryIT {
  private static final String NETWORK = "10.222.205.";

  @Test
  void networksSurviveAKill() {
    try (RegistryFixture registry = new RegistryFixture();
        DaemonFixture daemon = DaemonFixture.start()) {
      String busybox =
          registry.push("busybox", "latest", TestImages.busybox(TestImage.Form.DOCKER));
      DockerCli docker = daemon.docker();
      docker.ok("pull", "-q", busybox);
      docker.ok("network", "create", "--subnet", NETWORK + "0/24", "--label", "a=b", "mesh");
      String identity = "{{.Id}} {{.Created}} {{json .IPAM}} {{json .Labels}}";
      String before = docker.ok("network", "inspect", "-f", identity, "mesh");
      List<String> serve =
          List.of("sh", "-c", "hostname > /tmp/f; httpd -p 80 -h /tmp; sleep 1000");
      for (String name : List.of("one", "two", "gone")) {
        docker
            .with(
                "bash",
                "-c",
                "docker run -d --hostname %1$s --name %1$s --network mesh -p 127.0.0.1::80 %2$s %3$s"
                    .formatted(name, busybox, "sh -c '" + serve.getLast() + "'"))
            .run()
            .ok();
      }
      String running = docker.ok("network", "inspect", "mesh");
      String port = docker.ok("port", "one", "80/tcp").lines().findFirst().orElseThrow();
      String gone = docker.ok("inspect", "-f", "{{.State.Pid}}", "gone");

      daemon.kill9();
      Command.sh("kill -9 " + gone);
      daemon.up();

      // The one that ended meanwhile has given its address back; all else is as it was.
      assertThat(running).contains("\"gone\"");
      assertThat(docker.ok("network", "inspect", "mesh")).doesNotContain("\"gone\"");
      assertThat(docker.ok("network", "inspect", "-f", identity, "mesh")).isEqualTo(before);
      assertThat(docker.ok("exec", "two", "nslookup", "one")).contains(NETWORK + "2");
      assertThat(TestHttp.get("http://" + port + "/f")).isEqualTo("one\n");
      docker.ok("run", "-d", "--name", "new", "--network", "mesh", busybox, "sleep", "1000");
      assertThat(docker.ok("exec", "two", "nslookup", "new")).contains(NETWORK + "4");

      // As a reload of the host's firewall leaves it: our chains are empty, and nothing leads
      // there.
      String chains =
          "iptables-save | sed -n 's/^-A \\(LAYERD-[0-9A-F]*\\)-FWD -o %s .*/\\1/p' | head -1";
      String tag = Command.sh(chains.formatted(daemon.bridge())).strip();
      assertThat(tag).startsWith("LAYERD-");
      Command.sh("iptables -t nat -F " + tag + "-DNAT; iptables -D FORWARD -j " + tag + "-FWD");
      Command.sh("kill -HUP " + daemon.process().pid());
      Wait.until(
          "the rules to come back",
          () -> {
            String rules = Command.sh("iptables-save");
            return rules.contains("-A FORWARD -j " + tag + "-FWD")
                && rules.contains("-A " + tag + "-DNAT -d 127.0.0.1/32 -p tcp");
          });

      docker.ok("rm", "-f", "one", "two", "new");
      docker.ok("network", "rm", "mesh");
      assertThat(Command.sh("iptables-save")).doesNotContain(NETWORK);
      assertThat(daemon.stop()).isZero();
      assertThat(Command.sh("iptables-save")).doesNotContain(tag);
      daemon.up();
      assertThat(docker.ok("network", "ls", "--format", "{{.Name}}").lines())
          .containsExactly("bridge", "host", "none");
    }
  }
}
