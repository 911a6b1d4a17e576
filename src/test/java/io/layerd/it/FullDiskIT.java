package io.layerd.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A data root that has no room: every command says so, and loses and leaves nothing. */
class FullDiskIT {
  private static final String REASON = "no space left on device";

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

  /** What needs room, with files that the daemon has none for. */
  private record Work(DockerCli docker, Path context, String big) {
    static Work prepare(DaemonFixture daemon) throws IOException {
      DockerCli docker = daemon.docker();
      docker.ok("pull", "-q", busybox);
      Path context = Files.createDirectory(daemon.root().resolve("context"));
      Files.writeString(context.resolve("Dockerfile"), "FROM " + busybox + "\nCOPY blob /blob\n");
      Command.sh("head -c 9000000 /dev/urandom >" + context.resolve("blob"));
      String big = registry.push("big", "latest", TestImages.fresh("disk", 9_000_000));
      docker.ok("pull", "-q", big);
      docker.ok("save", "-o", daemon.root().resolve("big.tar").toString(), big);
      docker.ok("rmi", big);
      docker.ok("create", "--name", "kept", busybox, "echo", "well");
      String script = "head -c 5000000 /dev/urandom >/big; mkdir /d; cd /d; seq 700 | xargs touch";
      docker.ok("run", "--name", "changed", "--network", "none", busybox, "sh", "-c", script);
      return new Work(docker, context, big);
    }

    private void fails(String... words) {
      Result result = docker.command(words).env("DOCKER_BUILDKIT", "0").run();
      assertThat(result.exit()).as(String.join(" ", words)).isNotZero();
      assertThat(result.err()).as(String.join(" ", words)).contains(REASON);
    }

    void allFail(DaemonFixture daemon) {
      fails("load", "-i", daemon.root().resolve("big.tar").toString());
      fails("pull", big);
      fails("build", context.toString());
      fails("cp", context.resolve("blob").toString(), "kept:/blob");
      fails("commit", "changed", "committed");
      fails("import", daemon.root().resolve("big.tar").toString(), "imported");
    }
  }

  @Test
  void nothingIsLostAndNothingIsLeft() throws IOException {
    try (SmallDisk disk = SmallDisk.of("space", "64M", "-m 0");
        DaemonFixture daemon = DaemonFixture.start("--data-root", disk.dataRoot())) {
      Work work = Work.prepare(daemon);
      DockerCli docker = work.docker();
      String images = docker.ok("images", "-a", "--no-trunc");
      disk.fill(3000);
      int free = disk.free();
      work.fails("load", "-i", daemon.root().resolve("big.tar").toString());
      work.fails("pull", work.big());
      work.fails("build", work.context().toString());
      work.fails("commit", "changed", "committed");
      work.fails("import", daemon.root().resolve("big.tar").toString(), "imported");
      assertThat(daemon.orphans()).isEmpty();
      assertThat(daemon.staging()).isEmpty();
      assertThat(disk.free()).as("space is given back").isGreaterThan(free - 500);
      disk.fill(0);
      work.allFail(daemon);
      work.fails("tag", busybox, "new:1");
      work.fails("create", "--name", "new", busybox, "true");
      work.fails("run", "--rm", busybox, "true");
      work.fails("rename", "kept", "lost");
      work.fails("volume", "create", "vol");
      work.fails("network", "create", "net");
      whole(daemon, images, "kept\nchanged");
      docker.ok("rm", "changed");
      disk.drain();
      daemon.kill9();
      daemon.up();
      whole(daemon, images, "kept");
      assertThat(docker.ok("start", "-a", "kept")).isEqualTo("well");
      docker.ok("load", "-i", daemon.root().resolve("big.tar").toString());
      assertThat(daemon.program("fsck", "--data-root", disk.dataRoot()).exit()).isZero();
    }
  }

  private static void whole(DaemonFixture daemon, String images, String containers) {
    DockerCli docker = daemon.docker();
    assertThat(docker.ok("images", "-a", "--no-trunc")).isEqualTo(images);
    assertThat(docker.ok("ps", "-a", "--format", "{{.Names}}").lines())
        .containsExactlyInAnyOrder(containers.split("\n"));
    assertThat(docker.ok("volume", "ls", "-q")).isEmpty();
    assertThat(docker.ok("network", "ls", "-q").lines()).hasSize(3);
    assertThat(daemon.orphans()).isEmpty();
    assertThat(daemon.staging()).isEmpty();
  }

  @Test
  void noInodesLeft() throws IOException {
    try (SmallDisk disk = SmallDisk.of("names", "64M", "-m 0 -N 3000");
        DaemonFixture daemon = DaemonFixture.start("--data-root", disk.dataRoot())) {
      Work work = Work.prepare(daemon);
      DockerCli docker = work.docker();
      String images = docker.ok("images", "-a", "--no-trunc");
      Path names = Files.createDirectory(disk.mountPoint().resolve("names"));
      String use = "cd %s; seq %d | xargs touch 2>/dev/null || true";
      String free = "df --output=iavail " + disk.mountPoint() + " | tail -1";
      int some = Integer.parseInt(Command.sh(free).strip()) - 300;
      Command.sh(use.formatted(names, some));
      work.fails("commit", "changed", "committed");
      assertThat(daemon.orphans()).isEmpty();
      assertThat(daemon.staging()).isEmpty();
      Command.sh(use.formatted(names, 3000));
      work.allFail(daemon);
      work.fails("tag", busybox, "new:1");
      work.fails("create", "--name", "new", busybox, "true");
      work.fails("rename", "kept", "lost");
      work.fails("volume", "create", "vol");
      work.fails("network", "create", "net");
      whole(daemon, images, "kept\nchanged");
      Command.sh("rm -r " + names);
      docker.ok("commit", "changed", "committed");
      assertThat(docker.ok("start", "-a", "kept")).isEqualTo("well");
    }
  }
}
