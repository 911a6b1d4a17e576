package io.layerd.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * AppArmor and SELinux on this host, whatever it has; src/test/scripts/in-vm tries both in virtual
 * machines.
 */
class SecurityLabelsIT {
  private static final boolean APPARMOR = Files.exists(Path.of("/sys/kernel/security/apparmor"));
  private static final boolean SELINUX = Files.exists(Path.of("/sys/fs/selinux/enforce"));
  private static final String SHOWN =
      "{{json .AppArmorProfile}} {{json .ProcessLabel}} {{json .MountLabel}}"
          + " {{json .HostConfig.SecurityOpt}}";

  private static RegistryFixture registry;
  private static String busybox;
  @TempDir Path directory;

  @BeforeAll
  static void push() {
    registry = new RegistryFixture();
    busybox = registry.push("busybox", "latest", TestImages.busybox(TestImage.Form.DOCKER));
  }

  @AfterAll
  static void close() {
    registry.close();
  }

  private static String shown(DockerCli docker, String name) {
    return docker.ok("inspect", "-f", SHOWN, name);
  }

  @Test
  void infoNamesWhatTheHostHas() {
    try (DaemonFixture daemon = DaemonFixture.start()) {
      String options = daemon.docker().ok("info", "-f", "{{.SecurityOptions}}");
      assertThat(options.contains("name=apparmor")).isEqualTo(APPARMOR);
      assertThat(options).doesNotContain("name=selinux");
    }
  }

  @Test
  void aHostWithoutTakesTheOptionsAndTheyDoNothing() throws IOException {
    Path shared = Files.createDirectories(directory.resolve("shared"));
    Files.writeString(shared.resolve("file"), "here");
    try (DaemonFixture daemon = DaemonFixture.start("--selinux-enabled")) {
      DockerCli docker = daemon.docker();
      assertThat(daemon.log().contains("SELinux is not active on this host")).isNotEqualTo(SELINUX);
      docker.ok("pull", "-q", busybox);
      docker.ok(
          "create",
          "--name",
          "asks",
          "--security-opt",
          "apparmor=" + (APPARMOR ? "unconfined" : "nosuch"),
          "--security-opt",
          "label=level:s0:c5,c6",
          "-v",
          shared + ":/shared:Z",
          busybox,
          "cat",
          "/shared/file");
      docker.ok("create", "--name", "open", "--privileged", busybox, "true");
      assertThat(docker.ok("start", "-a", "asks")).isEqualTo("here");
      docker.ok("start", "-a", "open");
      String asks = shown(docker, "asks");
      String open = shown(docker, "open");
      assertThat(open).endsWith("[\"label=disable\"]");
      if (!APPARMOR) {
        assertThat(asks).startsWith("\"\" ");
        assertThat(open).startsWith("\"\" ");
      } else {
        assertThat(asks).startsWith("\"unconfined\" ");
        assertThat(open).startsWith("\"unconfined\" ");
      }
      if (!SELINUX) {
        assertThat(asks).contains(" \"\" \"\" [\"apparmor=");
        assertThat(open).contains(" \"\" \"\" [");
        docker.ok("run", "--rm", "--security-opt", "label=bogus", busybox, "true");
      } else {
        assertThat(asks).contains(":s0:c5,c6");
      }
    }
  }

  @Test
  void aContainerIsConfinedWhereTheHostHasAppArmor() {
    try (DaemonFixture daemon = DaemonFixture.start()) {
      DockerCli docker = daemon.docker();
      docker.ok("pull", "-q", busybox);
      docker.ok("run", "-d", "--name", "confined", busybox, "sleep", "1000");
      String[] told =
          docker
              .ok("inspect", "-f", "{{.State.Pid}}:{{.AppArmorProfile}}", "confined")
              .split(":", -1);
      assertThat(told[1]).isEqualTo(APPARMOR ? "docker-default" : "");
      String applied = Command.sh("cat /proc/" + told[0] + "/attr/current 2>/dev/null || true");
      assertThat(applied.startsWith("docker-default")).isEqualTo(APPARMOR);
      docker.ok("rm", "-f", "confined");
    }
  }
}
