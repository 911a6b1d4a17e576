package io.layerd.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a clean stop of the daemon means to containers, with and without live-restore. */
@ExtendWith(SharedEngine.class)
class ShutdownIT {
  /** Ends with 3 when it is asked to. */
  private static final String POLITE =
      "trap 'echo asked; exit 3' TERM; while :; do sleep 0.1; done";

  private final String image;

  ShutdownIT(Engine engine) {
    image = engine.registry().ref("busybox");
  }

  private void run(DockerCli docker, String name, String script, String... options) {
    List<String> words = new ArrayList<>(List.of("run", "-d", "--name", name));
    words.addAll(List.of(options));
    words.addAll(List.of(image, "sh", "-c", script));
    docker.ok(words.toArray(String[]::new));
  }

  private static String state(DockerCli docker, String name) {
    return docker.ok("inspect", "-f", "{{.State.Status}} {{.State.ExitCode}}", name);
  }

  @Test
  void stopsContainersAndTheNextStartFollowsTheirPolicies() {
    try (DaemonFixture daemon = DaemonFixture.start()) {
      DockerCli docker = daemon.docker();
      docker.ok("pull", "-q", image);
      assertThat(docker.ok("info", "-f", "{{.LiveRestoreEnabled}}")).isEqualTo("false");
      run(docker, "plain", POLITE);
      run(docker, "always", POLITE, "--restart", "always");
      run(docker, "unless", POLITE, "--restart", "unless-stopped");
      run(docker, "failing", POLITE, "--restart", "on-failure");
      run(docker, "succeeding", POLITE.replace("3", "0"), "--restart", "on-failure");
      run(docker, "ended", POLITE, "--restart", "unless-stopped");
      run(docker, "ended-always", POLITE, "--restart", "always");
      docker.ok("stop", "ended", "ended-always");
      run(docker, "removed", POLITE, "--rm");
      run(docker, "stubborn", "trap '' TERM; sleep 1000", "--stop-timeout", "1");
      run(docker, "frozen", POLITE);
      docker.ok("pause", "frozen");
      run(docker, "looping", "exit 5", "--restart", "always");
      Command.Running attached =
          docker.command("run", "--name", "seen", image, "sh", "-c", POLITE).start();
      Wait.until("the attached one to run", () -> docker.run("top", "seen").exit() == 0);

      assertThat(daemon.stop()).isZero();

      Result seen = attached.await(Duration.ofSeconds(10));
      assertThat(seen.out()).isEqualTo("asked\n");
      assertThat(seen.exit()).isEqualTo(3);
      assertThat(HostState.of(daemon).processes()).isEmpty();
      assertThat(HostState.of(daemon).packetRules()).isEmpty();

      daemon.up();
      for (String again : List.of("always", "unless", "failing", "ended-always")) {
        Wait.until(again + " to run", () -> state(docker, again).equals("running 0"));
      }
      assertThat(state(docker, "plain")).isEqualTo("exited 3");
      assertThat(state(docker, "succeeding")).isEqualTo("exited 0");
      assertThat(state(docker, "ended")).isEqualTo("exited 3");
      assertThat(state(docker, "stubborn")).isEqualTo("exited 137");
      assertThat(state(docker, "frozen")).isEqualTo("exited 3");
      assertThat(docker.ok("ps", "-a", "--format", "{{.Names}}")).doesNotContain("removed");
      Wait.until(
          "looping to be started again",
          () -> Integer.parseInt(docker.ok("inspect", "-f", "{{.RestartCount}}", "looping")) > 0);
      assertThat(docker.ok("logs", "plain")).isEqualTo("asked");
    }
  }

  @Test
  void liveRestoreCanBeTurnedOnWhileItRuns() throws IOException {
    Path file = Files.createTempFile("layerd-it", ".json");
    Files.writeString(file, "{}");
    try (DaemonFixture daemon = DaemonFixture.start("--config-file", file.toString())) {
      DockerCli docker = daemon.docker();
      docker.ok("pull", "-q", image);
      run(docker, "kept", POLITE);
      String pid = docker.ok("inspect", "-f", "{{.State.Pid}}", "kept");
      Files.writeString(file, "{\"live-restore\": true}");
      Command.of("kill", "-HUP", Long.toString(daemon.process().pid())).run().ok();
      Wait.until(
          "the reload", () -> docker.ok("info", "-f", "{{.LiveRestoreEnabled}}").equals("true"));
      assertThat(daemon.stop()).isZero();
      assertThat(Files.exists(Path.of("/proc/" + pid))).isTrue();
      daemon.up();
      assertThat(docker.ok("inspect", "-f", "{{.State.Pid}}", "kept")).isEqualTo(pid);
    } finally {
      Files.delete(file);
    }
  }

  @Test
  void aCrashLeavesThemRunning() {
    try (DaemonFixture daemon = DaemonFixture.start()) {
      DockerCli docker = daemon.docker();
      docker.ok("pull", "-q", image);
      run(docker, "kept", POLITE);
      String pid = docker.ok("inspect", "-f", "{{.State.Pid}}", "kept");
      daemon.kill9();
      daemon.up();
      assertThat(docker.ok("inspect", "-f", "{{.State.Pid}}", "kept")).isEqualTo(pid);
      assertThat(daemon.stop()).isZero();
      assertThat(Files.exists(Path.of("/proc/" + pid))).isFalse();
      daemon.up();
      assertThat(state(docker, "kept")).isEqualTo("exited 3");
    }
  }

  @Test
  void aSecondSignalEndsTheDaemonAndNotTheContainers() {
    try (DaemonFixture daemon = DaemonFixture.start("--shutdown-timeout", "1")) {
      DockerCli docker = daemon.docker();
      docker.ok("pull", "-q", image);
      run(docker, "patient", POLITE, "--stop-timeout", "300", "--stop-signal", "USR2");
      run(docker, "quick", POLITE);
      Path quick = Path.of("/proc/" + docker.ok("inspect", "-f", "{{.State.Pid}}", "quick"));
      Process process = daemon.process();
      process.destroy();
      Wait.until("quick to end", () -> Files.notExists(quick));
      // the patient one's own time goes before the daemon's
      assertThat(process.isAlive()).isTrue();
      Command.of("kill", Long.toString(process.pid())).run().ok();
      assertThat(daemon.awaitEnd(Duration.ofSeconds(20))).isEqualTo(128 + 15);
      daemon.up();
      assertThat(state(docker, "patient")).isEqualTo("running 0");
      // whether the first daemon wrote that down before it was ended is a matter of luck
      Wait.until("quick's end to be known", () -> state(docker, "quick").equals("exited 3"));
    }
  }
}
