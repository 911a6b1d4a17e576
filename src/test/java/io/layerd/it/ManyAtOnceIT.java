package io.layerd.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** 50 containers at once come and go, and nothing of them is left. */
class ManyAtOnceIT {
  private static final int CONTAINERS = 50;

  @Test
  void fiftyRunsLeaveNothing() throws Exception {
    try (RegistryFixture registry = new RegistryFixture();
        DaemonFixture daemon = DaemonFixture.start()) {
      String image = registry.push("busybox", "latest", TestImages.busybox(TestImage.Form.DOCKER));
      DockerCli docker = daemon.docker();
      docker.ok("pull", "-q", image);
      docker.ok("run", "--rm", image, "true");
      // The bridge and its rules stay; the namespace goes behind the client's back.
      Path namespaces = daemon.execRoot().resolve("netns");
      Wait.until(
          "an idle host",
          () -> {
            HostState now = HostState.of(daemon);
            return now.mounts().stream().noneMatch(m -> m.startsWith(namespaces + "/"));
          });
      HostState before = HostState.of(daemon);
      Path ids = Files.createDirectory(daemon.root().resolve("cids"));

      List<Command.Running> runs =
          IntStream.range(0, CONTAINERS)
              .mapToObj(
                  i ->
                      docker
                          .command("run", "--rm", "--cidfile", ids + "/" + i, image, "true")
                          .start())
              .toList();
      for (Command.Running run : runs) {
        run.await(Duration.ofMinutes(4)).ok();
      }
      Wait.until("no container", () -> docker.ok("ps", "-aq").isEmpty());

      Wait.until(
          "nothing left: ",
          () -> HostState.of(daemon).equals(before),
          () -> before + "\n" + HostState.of(daemon));
      assertThat(daemon.orphans()).isEmpty();
      for (int i = 0; i < CONTAINERS; i++) {
        String id = Files.readString(ids.resolve(String.valueOf(i)));
        assertThat(daemon.dataRoot().resolve("containers").resolve(id)).doesNotExist();
        assertThat(
                Command.sh("find /sys/fs/cgroup -type d -name '" + id + "*' 2>/dev/null || true"))
            .isEmpty();
      }
    }
  }
}
