package io.layerd.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The daemon is killed, stopped and started again; what it keeps must stay whole. */
class CrashIT {
  private static final int TICKS = 250;

  private static RegistryFixture registry;
  private static String busybox;

  @BeforeAll
  static void fill() {
    registry = new RegistryFixture();
    busybox = registry.push("busybox", "latest", TestImages.busybox(TestImage.Form.DOCKER));
  }

  @AfterAll
  static void close() {
    registry.close();
  }

  @Test
  void killWithContainersRunningAndAPullUnderWay() throws Exception {
    try (DaemonFixture daemon = DaemonFixture.start();
        FakeRegistry slow = new FakeRegistry().slow(100_000)) {
      DockerCli docker = daemon.docker();
      docker.ok("pull", "-q", busybox);
      String ticks =
          "i=0; while [ $i -lt " + TICKS + " ]; do echo tick $i; i=$((i+1)); sleep 0.1; done";
      docker.ok("run", "-d", "--name", "ticking", busybox, "sh", "-c", ticks + "; sleep 1000");
      docker.ok("run", "-d", "--name", "ending", busybox, "sh", "-c", ticks + "; exit 7");
      docker.ok("run", "-d", "--name", "short", busybox, "sh", "-c", "sleep 1; echo done; exit 3");
      TestImage image = TestImages.fresh("crash", 2_000_000);
      String ref = slow.put("t/crash", "latest", image);
      Command.Running pull = docker.command("pull", ref).start();
      Wait.until(
          "the pull to be under way",
          () -> slow.requests().stream().anyMatch(r -> r.endsWith(image.layerDigests().getLast())));
      Thread.sleep(500);

      daemon.kill9();
      pull.await(Duration.ofSeconds(20));
      Thread.sleep(1500);
      slow.slow(Integer.MAX_VALUE);
      daemon.up();

      assertThat(docker.ok("ps", "--format", "{{.Names}}").lines())
          .containsExactlyInAnyOrder("ticking", "ending");
      assertThat(docker.ok("inspect", "-f", "{{.State.Status}} {{.State.ExitCode}}", "short"))
          .isEqualTo("exited 3");
      assertThat(docker.ok("logs", "short")).isEqualTo("done");
      assertThat(docker.ok("wait", "ending")).isEqualTo("7");
      List<String> whole = IntStream.range(0, TICKS).mapToObj(i -> "tick " + i).toList();
      assertThat(docker.ok("logs", "ending").lines()).containsExactlyElementsOf(whole);
      Wait.until(
          "the last tick", () -> docker.ok("logs", "ticking").endsWith("tick " + (TICKS - 1)));
      assertThat(docker.ok("logs", "ticking").lines()).containsExactlyElementsOf(whole);
      assertThat(docker.ok("exec", "ticking", "echo", "alive")).isEqualTo("alive");

      assertThat(daemon.orphans()).isEmpty();
      assertThat(daemon.staging()).isEmpty();
      docker.run("pull", ref).ok();
      assertThat(docker.ok("run", "--rm", ref, "cat", "/salt")).isEqualTo("crash");

      docker.ok("stop", "-t", "1", "ticking");
      docker.ok("rm", "ticking", "ending", "short");
      assertThat(daemon.orphans()).isEmpty();
      assertThat(HostState.of(daemon).mounts()).noneMatch(mount -> mount.contains("/merged"));
    }
  }

  @Test
  void killsAtRandomDuringPullsLeaveLayersWholeOrAbsent() throws Exception {
    try (DaemonFixture daemon = DaemonFixture.start()) {
      TestImage image = TestImages.odd();
      String ref = registry.push("odd", "latest", image);
      DockerCli docker = daemon.docker();
      for (int round = 0; round < 4; round++) {
        Command.Running pull = docker.command("pull", ref).start();
        Thread.sleep(80 + 170L * round);
        daemon.kill9();
        pull.await(Duration.ofSeconds(20));
        daemon.up();
        assertThat(daemon.orphans()).as("round " + round).isEmpty();
        assertThat(daemon.staging()).as("round " + round).isEmpty();
      }
      docker.run("pull", ref).ok();
      assertThat(docker.ok("inspect", "-f", "{{.Id}}", ref)).isEqualTo(image.imageId());
      assertThat(
              docker.ok(
                  "run",
                  "--rm",
                  ref,
                  "sh",
                  "-c",
                  "ls /small | wc -l; sha256sum </big.rnd | cut -c1-8"))
          .startsWith("2000\n");
    }
  }

  @Test
  void killsDuringRunsLeaveNoOrphans() throws Exception {
    try (DaemonFixture daemon = DaemonFixture.start()) {
      DockerCli docker = daemon.docker();
      docker.ok("pull", "-q", busybox);
      for (int round = 0; round < 3; round++) {
        List<Command.Running> runs =
            IntStream.range(0, 4)
                .mapToObj(_ -> docker.command("run", "--rm", busybox, "true").start())
                .toList();
        Thread.sleep(150 + 250L * round);
        daemon.kill9();
        for (Command.Running run : runs) {
          run.await(Duration.ofSeconds(20));
        }
        daemon.up();
        // rm refuses what the daemon, recovering, is removing itself
        Wait.until(
            "the containers to go",
            () -> {
              docker.with("bash", "-c", "docker ps -aq | xargs -r docker rm -f").run();
              return docker.ok("ps", "-aq").isEmpty();
            });
        Wait.until(
            "no orphan", () -> daemon.orphans().isEmpty(), () -> daemon.orphans().toString());
        assertThat(docker.ok("run", "--rm", busybox, "echo", "fine")).isEqualTo("fine");
        Wait.until(
            "no mount left: ",
            () ->
                HostState.of(daemon).mounts().stream()
                    .noneMatch(m -> m.matches(".*/(merged|shm|netns/.+|mounts/shm)$")),
            () -> HostState.of(daemon).mounts().toString());
        assertThat(HostState.of(daemon).processes()).isEmpty();
      }
    }
  }

  @Test
  void stopAndStartKeepsContainers() {
    try (DaemonFixture daemon = DaemonFixture.start("--live-restore")) {
      DockerCli docker = daemon.docker();
      docker.ok("pull", "-q", busybox);
      docker.ok(
          "run",
          "-d",
          "--name",
          "kept",
          "-p",
          "127.0.0.1::80",
          "-v",
          "vol:/data",
          busybox,
          "httpd",
          "-f",
          "-h",
          "/var/www");
      String port = docker.ok("port", "kept", "80");
      assertThat(daemon.stop()).isZero();
      assertThat(Files.exists(daemon.root().resolve("sock"))).isFalse();
      assertThat(Files.exists(daemon.root().resolve("pid"))).isFalse();
      // the server may be slower to listen than the daemon to stop
      String connect = "exec 3<>/dev/tcp/" + port.replace(':', '/');
      Wait.until(
          "the port to answer without a daemon",
          () -> Command.of("bash", "-c", connect).run().exit() == 0);
      daemon.up();
      assertThat(docker.ok("port", "kept", "80")).isEqualTo(port);
      assertThat(docker.ok("ps", "--format", "{{.Names}} {{.State}}")).isEqualTo("kept running");
      docker.ok("restart", "-t", "1", "kept");
      assertThat(docker.ok("inspect", "-f", "{{.State.Running}}", "kept")).isEqualTo("true");
      docker.ok("rm", "-f", "kept");
      assertThat(docker.ok("volume", "ls", "-q")).isEqualTo("vol");
    }
  }

  @Test
  void secondDaemonIsRefused() {
    try (DaemonFixture daemon = DaemonFixture.start();
        DaemonFixture second =
            DaemonFixture.stopped("--pidfile", daemon.root().resolve("pid").toString())) {
      second.launch();
      assertThat(second.awaitEnd(Duration.ofSeconds(30))).isEqualTo(1);
      assertThat(second.log())
          .contains("process with PID " + daemon.process().pid() + " is still running");
      assertThat(daemon.http().get("/_ping").body()).isEqualTo("OK");
    }
  }
}
