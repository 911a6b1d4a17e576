package io.layerd.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Hosts that are full, read-only or lack a program: the error says what to do. */
class HostFaultsIT {
  private static final int DISK_BYTES = 24 << 20;

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
  void fullDiskFailsThePullAndKeepsTheRest() throws IOException {
    Path mountPoint = Files.createTempDirectory(Path.of("/var/tmp"), "layerd-it-full");
    Path disk = Path.of(mountPoint + ".img");
    Command.sh(
        "truncate -s %1$d %2$s && mkfs.ext4 -q -F %2$s && mount -o loop %2$s %3$s"
            .formatted(DISK_BYTES, disk, mountPoint));
    try (DaemonFixture daemon =
        DaemonFixture.start("--data-root", mountPoint.resolve("data").toString())) {
      DockerCli docker = daemon.docker();
      docker.run("pull", busybox).ok();
      String big = registry.push("big", "latest", TestImages.fresh("full", 40_000_000));
      Result pull = docker.run("pull", big).exits(1);
      assertThat(pull.err()).contains("no space left on device");
      assertThat(docker.ok("images", "-q", big)).isEmpty();
      assertThat(docker.ok("run", "--rm", busybox, "echo", "still here")).isEqualTo("still here");
      String free = "df --output=avail -k " + mountPoint + " | tail -1";
      Wait.until(
          "the space to come back",
          () -> Integer.parseInt(Command.sh(free).strip()) > 10_000,
          () -> Command.sh("df -k " + mountPoint + "; du -ak " + mountPoint + " | sort -n | tail"));
    } finally {
      Command.of("bash", "-c", "umount -l " + mountPoint + "; rm -rf " + mountPoint + " " + disk)
          .run();
    }
  }

  @Test
  void readOnlyDataRootRefusesToStart() throws IOException {
    Path mountPoint = Files.createTempDirectory(Path.of("/var/tmp"), "layerd-it-ro");
    Command.sh("mount -t tmpfs -o ro tmpfs " + mountPoint);
    try (DaemonFixture daemon =
        DaemonFixture.stopped("--data-root", mountPoint.resolve("data").toString())) {
      daemon.launch();
      assertThat(daemon.awaitEnd(Duration.ofSeconds(30))).isEqualTo(1);
      assertThat(daemon.log().lines().toList().getLast())
          .containsIgnoringCase("read-only file system")
          .contains(mountPoint.toString());
      assertThat(Files.exists(daemon.root().resolve("sock"))).isFalse();
      assertThat(Files.exists(daemon.root().resolve("pid"))).isFalse();
    } finally {
      Command.of("bash", "-c", "umount -l " + mountPoint + "; rmdir " + mountPoint).run();
    }
  }

  @Test
  void noRuntimeOnThePath() {
    try (DaemonFixture daemon = DaemonFixture.stopped().without("runc", "crun")) {
      daemon.up();
      DockerCli docker = daemon.docker();
      docker.ok("pull", "-q", busybox);
      Result run = docker.run("run", "--rm", "--name", "none", busybox, "true").exits(125);
      assertThat(run.err()).contains("install runc or crun").contains("PATH");
      Wait.until("the removal", () -> docker.ok("ps", "-aq").isEmpty());
      assertThat(HostState.of(daemon).mounts()).noneMatch(mount -> mount.contains("/merged"));
    }
  }

  @Test
  void noMonitorOnThePath() {
    try (DaemonFixture daemon = DaemonFixture.stopped().without("conmon")) {
      daemon.up();
      DockerCli docker = daemon.docker();
      docker.ok("pull", "-q", busybox);
      Result run = docker.run("run", "--rm", busybox, "true").exits(125);
      assertThat(run.err()).contains("install conmon").contains("PATH");
    }
  }

  @Test
  void damagedMetadataDoesNotStopTheStart() throws IOException {
    try (DaemonFixture daemon = DaemonFixture.start()) {
      DockerCli docker = daemon.docker();
      docker.ok("pull", "-q", busybox);
      String id = docker.ok("create", "--name", "damaged", busybox, "true");
      docker.ok("create", "--name", "fine", busybox, "true");
      daemon.stop();
      Files.writeString(
          daemon.dataRoot().resolve("containers").resolve(id).resolve("config.v2.json"),
          "{\"ID\":");
      daemon.up();
      assertThat(docker.ok("ps", "-a", "--format", "{{.Names}}")).contains("fine");
      docker.ok("start", "-a", "fine");
    }
  }

  @Test
  void wrongFlagsAndFilesAreExplained() throws IOException {
    try (DaemonFixture daemon = DaemonFixture.stopped("--nosuchflag")) {
      daemon.launch();
      assertThat(daemon.awaitEnd(Duration.ofSeconds(30))).isNotZero();
      assertThat(daemon.log()).contains("nosuchflag");
    }
    Path file = Files.createTempFile("layerd-it", ".json");
    Files.writeString(file, "{\"nonsense\": true}");
    try (DaemonFixture daemon = DaemonFixture.stopped("--config-file", file.toString())) {
      daemon.launch();
      assertThat(daemon.awaitEnd(Duration.ofSeconds(30))).isEqualTo(1);
      assertThat(daemon.log())
          .contains("the following directives don't match any configuration option: nonsense");
    } finally {
      Files.delete(file);
    }
  }
}
