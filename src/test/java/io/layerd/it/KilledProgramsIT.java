package io.layerd.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The programs that layerd starts are killed, as a host without memory does: an error says so, and
 * nothing stays.
 */
class KilledProgramsIT {
  /** Kills itself before or after the real one did what it was called for. */
  private static final String WRAPPER =
      """
      #!/bin/bash
      op=none
      for a in "$@"; do case $a in create|start|delete|exec) op=$a; break;; esac; done
      case $(cat %1$s/mode) in
        before-$op) kill -9 $$ ;;
        after-$op) %2$s "$@"; kill -9 $$ ;;
        slow-$op) sleep 5 ;;
      esac
      exec %2$s "$@"
      """;

  @TempDir static Path programs;

  private static RegistryFixture registry;
  private static DaemonFixture daemon;
  private static DockerCli docker;
  private static String busybox;

  @BeforeAll
  static void open() throws IOException {
    for (String name : List.of("runc", "crun")) {
      String real = Command.sh("command -v " + name).strip();
      Path wrapper = Files.writeString(programs.resolve(name), WRAPPER.formatted(programs, real));
      Files.setPosixFilePermissions(wrapper, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    mode("none");
    registry = new RegistryFixture();
    busybox = registry.push("busybox", "latest", TestImages.busybox(TestImage.Form.DOCKER));
    daemon = DaemonFixture.stopped().env("PATH", programs + ":" + System.getenv("PATH"));
    daemon.up();
    docker = daemon.docker();
    docker.ok("pull", "-q", busybox);
    // What a daemon keeps from its first container on is there before anything is compared.
    docker.ok("run", "--rm", busybox, "true");
  }

  @AfterAll
  static void close() {
    daemon.close();
    registry.close();
  }

  private static void mode(String mode) throws IOException {
    Files.writeString(programs.resolve("mode"), mode);
  }

  private static void nothingIsLeft() {
    Wait.until(
        "nothing to be left: ",
        () ->
            HostState.of(daemon).processes().isEmpty()
                && HostState.of(daemon).bridgePorts().isEmpty()
                && HostState.of(daemon).mounts().stream()
                    .noneMatch(mount -> mount.matches(".*/(merged|shm|netns/.+|mounts/shm)$")),
        () -> HostState.of(daemon).toString());
  }

  @AfterEach
  void remove() throws IOException {
    mode("none");
    docker.run("rm", "-f", "box");
  }

  @ParameterizedTest
  @CsvSource({"before-create", "after-create", "before-start", "after-start"})
  void theRuntimeDiesAtAStart(String mode) throws IOException {
    docker.ok("create", "--name", "box", busybox, "sh", "-c", "echo it ran");
    mode(mode);
    Result start = docker.run("start", "box");
    mode("none");
    if (mode.equals("after-start")) {
      // It runs already: whether that counts is the runtime's to say, that nothing stays is
      // layerd's.
      docker.run("wait", "box");
    } else {
      assertThat(start.exit()).as(start.err()).isNotZero();
      assertThat(start.err()).contains("Error response from daemon: ");
      assertThat(docker.ok("inspect", "-f", "{{.State.Running}}", "box")).isEqualTo("false");
    }
    nothingIsLeft();
    assertThat(docker.ok("start", "-a", "box")).endsWith("it ran");
    docker.ok("rm", "box");
    nothingIsLeft();
  }

  @ParameterizedTest
  @CsvSource({"before-delete", "after-delete"})
  void theRuntimeDiesWhenItCleansUp(String mode) throws IOException {
    mode(mode);
    assertThat(docker.ok("run", "--name", "box", busybox, "echo", "hi")).isEqualTo("hi");
    mode("none");
    assertThat(docker.ok("start", "-a", "box")).isEqualTo("hi");
    docker.ok("rm", "-f", "box");
    nothingIsLeft();
  }

  @Test
  void aSlowRuntimeIsWaitedFor() throws IOException {
    mode("slow-create");
    assertThat(docker.ok("run", "--name", "box", busybox, "echo", "late")).isEqualTo("late");
    mode("none");
    docker.ok("rm", "box");
    nothingIsLeft();
  }

  @ParameterizedTest
  @CsvSource({"before-exec", "after-exec"})
  void theRuntimeDiesAtAnExec(String mode) throws IOException {
    docker.ok("run", "-d", "--name", "box", busybox, "sleep", "1000");
    mode(mode);
    Result exec = docker.run("exec", "box", "sleep", "1001");
    mode("none");
    assertThat(exec.exit()).as(exec.err()).isNotZero();
    assertThat(exec.out()).contains("exec failed");
    assertThat(docker.ok("exec", "box", "echo", "still here")).isEqualTo("still here");
    assertThat(docker.ok("top", "box")).doesNotContain("1001");
    docker.ok("rm", "-f", "box");
    nothingIsLeft();
  }

  @Test
  void theMonitorDies() {
    docker.ok("run", "-d", "--name", "box", busybox, "sh", "-c", "echo up; exec sleep 1000");
    Wait.until("it to be up", () -> docker.ok("logs", "box").equals("up"));
    String monitor =
        Command.sh(
                "pgrep -f -- '^[^ ]*conmon .*%s'"
                    .formatted(docker.ok("inspect", "-f", "{{.Id}}", "box")))
            .strip();
    Command.sh("kill -9 " + monitor);
    // The container does not need it to run, nor to be stopped; only its exit code is nobody's to
    // tell.
    assertThat(docker.ok("exec", "box", "echo", "still here")).isEqualTo("still here");
    docker.ok("stop", "-t", "1", "box");
    assertThat(docker.ok("wait", "box")).isEqualTo("255");
    assertThat(daemon.log()).contains("its exit code is lost");
    nothingIsLeft();
    docker.ok("start", "box");
    Wait.until("it to be up again", () -> docker.ok("logs", "box").equals("up\nup"));
    docker.ok("rm", "-f", "box");
    nothingIsLeft();
  }
}
