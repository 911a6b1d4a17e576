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
  void noInodesLeftFailsThePullAndKeepsTheRest() throws IOException {
    try (SmallDisk disk = SmallDisk.of("inodes", "64M", "-N 1600");
        DaemonFixture daemon = DaemonFixture.start("--data-root", disk.dataRoot())) {
      DockerCli docker = daemon.docker();
      docker.run("pull", busybox).ok();
      String free = "df --output=iavail " + disk.mountPoint() + " | tail -1";
      int before = Integer.parseInt(Command.sh(free).strip());
      String many = registry.push("many", "latest", TestImages.odd());
      Result pull = docker.run("pull", many).exits(1);
      assertThat(pull.err()).contains("no space left on device");
      assertThat(docker.ok("images", "-q", many)).isEmpty();
      assertThat(docker.ok("run", "--rm", busybox, "echo", "still here")).isEqualTo("still here");
      Wait.until(
          "the inodes to come back",
          () -> Integer.parseInt(Command.sh(free).strip()) > before - 50,
          () -> Command.sh("df -i " + disk.mountPoint()));
    }
  }

  @Test
  void aDiskThatTurnsReadOnlyLosesNothing() throws IOException {
    try (SmallDisk disk = SmallDisk.of("remount", "64M", "");
        DaemonFixture daemon = DaemonFixture.start("--data-root", disk.dataRoot())) {
      DockerCli docker = daemon.docker();
      docker.run("pull", busybox).ok();
      docker.ok("create", "--name", "kept", busybox, "echo", "well again");
      String fresh = registry.push("fresh", "latest", TestImages.fresh("remount", 100_000));
      Path context = Files.createDirectory(daemon.root().resolve("context"));
      Files.writeString(context.resolve("Dockerfile"), "FROM " + busybox + "\nCOPY . /c\n");
      String archive = context.resolve("tar").toString();
      docker.ok("pull", "-q", fresh);
      docker.ok("save", "-o", archive, fresh);
      docker.ok("rmi", fresh);
      String images = docker.ok("images", "--no-trunc");
      // What the kernel does when it finds the file system damaged.
      Command.sh(
          "mount -o remount,errors=remount-ro %1$s; d=$(findmnt -no SOURCE %1$s); echo 1 >/sys/fs/ext4/${d#/dev/}/trigger_fs_error"
              .formatted(disk.mountPoint()));
      for (String[] command :
          new String[][] {
            {"tag", busybox, "other"},
            {"commit", "kept", "committed"},
            {"load", "-i", archive},
            {"volume", "create", "volume"},
            {"network", "create", "network"},
            {"rename", "kept", "lost"},
            {"cp", archive, "kept:/file"},
            {"start", "kept"},
            {"run", "--rm", busybox, "true"},
            {"rm", "kept"}
          }) {
        assertThat(docker.run(command).out()).as(command[0]).isEmpty();
        assertThat(docker.run(command).err())
            .as(String.join(" ", command))
            .containsIgnoringCase("read-only file system");
      }
      Command build = docker.command("build", context.toString()).env("DOCKER_BUILDKIT", "0");
      assertThat(build.run().err()).containsIgnoringCase("read-only file system");
      assertThat(docker.ok("images", "--no-trunc")).isEqualTo(images);
      assertThat(docker.ok("ps", "-a", "--format", "{{.Names}}")).isEqualTo("kept");
      assertThat(docker.ok("volume", "ls", "-q")).isEmpty();
      assertThat(docker.run("pull", fresh).exits(1).err())
          .containsIgnoringCase("read-only file system");
      assertThat(docker.run("create", busybox, "true").exits(1).err())
          .containsIgnoringCase("read-only file system");
      assertThat(docker.run("rmi", busybox, "-f").exits(1).err())
          .containsIgnoringCase("read-only file system");
      assertThat(docker.ok("images", "-q", busybox)).isNotEmpty();
      daemon.stop();
      Command.sh(
          "umount %1$s; fsck.ext4 -fy %2$s || [ $? -le 2 ]; mount -o loop %2$s %1$s"
              .formatted(disk.mountPoint(), disk.image()));
      daemon.up();
      docker.run("pull", fresh).ok();
      assertThat(docker.ok("start", "-a", "kept")).isEqualTo("well again");
      assertThat(docker.ok("images", "-q", busybox)).isNotEmpty();
    }
  }

  @Test
  void aFailingDiskIsNamedAndLeavesNothing() {
    String ref = registry.push("failing", "latest", TestImages.fresh("failing", 100_000));
    int eio = 5;
    for (String place :
        new String[] {"LAYER_LINKED", "LAYER_STACKED", "SET_WRITTEN", "SET_NAMED"}) {
      try (DaemonFixture daemon =
          DaemonFixture.stopped().env("LAYERD_FAILPOINT", place + ":1:" + eio)) {
        daemon.up();
        DockerCli docker = daemon.docker();
        assertThat(docker.run("pull", ref).exits(1).err())
            .as(place)
            .containsIgnoringCase("input/output error");
        docker.run("pull", ref).ok();
        assertThat(docker.ok("run", "--rm", ref, "cat", "/salt")).as(place).isEqualTo("failing");
        assertThat(daemon.orphans()).as(place).isEmpty();
        assertThat(daemon.staging()).as(place).isEmpty();
      }
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
      String emptied = docker.ok("create", "--name", "emptied", busybox, "true");
      docker.ok("create", "--name", "fine", busybox, "true");
      daemon.stop();
      Files.writeString(
          daemon.dataRoot().resolve("containers").resolve(emptied).resolve("hostconfig.json"), "");
      Files.writeString(
          daemon.dataRoot().resolve("containers").resolve(id).resolve("config.v2.json"),
          "{\"ID\":");
      daemon.up();
      // Nothing is made up for what cannot be read.
      assertThat(docker.ok("ps", "-a", "--format", "{{.Names}}")).isEqualTo("fine");
      docker.ok("start", "-a", "fine");
    }
  }

  @Test
  void damagedImagesAreNamedInDiskUsage() throws IOException {
    try (DaemonFixture daemon = DaemonFixture.start()) {
      DockerCli docker = daemon.docker();
      docker.ok("pull", "-q", busybox);
      String id = docker.ok("image", "inspect", "-f", "{{.Id}}", busybox);
      daemon.stop();
      Path content =
          daemon
              .dataRoot()
              .resolve("image/overlay2/imagedb/content/sha256")
              .resolve(id.substring("sha256:".length()));
      byte[] whole = Files.readAllBytes(content);
      Files.writeString(content, "{");
      daemon.up();
      assertThat(docker.ok("images", "-q")).isEmpty();
      assertThat(docker.ok("system", "df", "-v").lines())
          .anyMatch(
              line -> line.matches("damaged +see-layerd-fsck +" + id.substring(7, 19) + ".*"));
      assertThat(docker.ok("system", "df", "--format", "{{.Type}} {{.TotalCount}} {{.Active}}"))
          .contains("Images 1 0");
      daemon.stop();
      Files.write(content, whole);
      daemon.up();
      assertThat(docker.ok("system", "df", "-v")).doesNotContain("damaged").contains("busybox");
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
