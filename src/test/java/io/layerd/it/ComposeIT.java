package io.layerd.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A stack of five services driven by Compose v2, where the host has it. */
@ExtendWith(SharedEngine.class)
class ComposeIT {
  /** The plugin runs alone as well. */
  private static final List<Path> PLACES =
      List.of(
          Path.of("target/cli-plugins/docker-compose"),
          Path.of("/usr/libexec/docker/cli-plugins/docker-compose"),
          Path.of("/usr/lib/docker/cli-plugins/docker-compose"));

  private final DockerCli docker;
  private Path project;
  private String program = "";

  ComposeIT(Engine engine) {
    docker = engine.docker();
  }

  @BeforeEach
  void prepare() throws IOException {
    Path plugin = PLACES.stream().filter(Files::isExecutable).findFirst().orElse(null);
    assumeTrue(plugin != null, "no Compose v2 on this host");
    program = plugin.toAbsolutePath().toString();
    project = Files.createTempDirectory(Path.of("/var/tmp"), "layerd-it-compose");
    for (String file : new String[] {"compose.yaml", "compose-beside.yaml"}) {
      try (var stack = ComposeIT.class.getResourceAsStream(file)) {
        Files.copy(java.util.Objects.requireNonNull(stack), project.resolve(file));
      }
    }
    Files.writeString(project.resolve("key"), "sekret\n");
  }

  @AfterEach
  void remove() {
    if (project != null) {
      compose("--profile", "*", "down", "-v", "--timeout", "1", "--remove-orphans");
      beside("--profile", "*", "down", "-v", "--timeout", "1", "--remove-orphans").run();
      Command.of("rm", "-rf", project.toString()).run();
    }
  }

  private Result compose(String... arguments) {
    return command("compose.yaml", arguments).run();
  }

  /** For the stack that is beside the other. */
  private Command beside(String... arguments) {
    return command("compose-beside.yaml", arguments);
  }

  private Command command(String file, String... arguments) {
    List<String> words = new ArrayList<>(List.of(program, "--ansi", "never"));
    words.addAll(List.of("-f", project.resolve(file).toString()));
    words.addAll(List.of(arguments));
    return docker.with(words.toArray(String[]::new));
  }

  private String ok(String... arguments) {
    return compose(arguments).ok().line();
  }

  @Test
  void aStackComesUpIsUsedScaledAndTakenDown() {
    ok("up", "-d", "--wait", "--wait-timeout", "90");
    assertThat(
            ok("ps", "-a", "--format", "{{.Service}} {{.State}} {{.Health}}{{.ExitCode}}").lines())
        .containsExactlyInAnyOrder(
            "db running healthy0",
            "init exited 0",
            "web running healthy0",
            "worker running 0",
            "worker running 0");
    assertThat(ok("logs", "--no-log-prefix", "init")).isEqualTo("rows");
    String look =
        "cat /etc/conf; echo; cat /run/secrets/key; grep there /etc/hosts;"
            + " wget -q -O - http://store:5432/; mount | grep -c ' /tmp '";
    assertThat(ok("exec", "-T", "web", "sh", "-c", look))
        .isEqualTo("hello conf\nsekret\n1.2.3.4\tthere\nrows\n1");
    assertThat(
            compose("exec", "-T", "worker", "wget", "-q", "-T", "2", "-O", "-", "http://db:5432/")
                .exit())
        .as("the other network's services are not reached")
        .isNotZero();
    assertThat(
            ok(
                "exec",
                "-T",
                "db",
                "sh",
                "-c",
                "grep files /proc/1/limits; cat /proc/sys/net/core/somaxconn"))
        .matches("Max open files +1000 +2000 +files *\n512");
    assertThat(ok("port", "web", "80")).matches("0\\.0\\.0\\.0:\\d+");
    ok("up", "-d", "--scale", "worker=3", "--no-recreate");
    assertThat(ok("ps", "-q", "worker").lines()).hasSize(3);
    assertThat(ok("run", "--rm", "-T", "tool")).isEqualTo("tool");
    ok("pause", "worker");
    ok("unpause", "worker");
    ok("restart", "-t", "1", "web");
    ok("kill", "-s", "KILL", "worker");
    ok("up", "-d", "--wait", "--wait-timeout", "90");
    ok("stop", "-t", "1", "worker");
    ok("start", "worker");
    assertThat(ok("ls")).contains("layerd-it-shop", "running(");
    ok("down", "-v", "--timeout", "1");
    assertThat(
            docker.ok("ps", "-aq", "--filter", "label=com.docker.compose.project=layerd-it-shop"))
        .isEmpty();
    assertThat(docker.ok("network", "ls", "-q", "--filter", "name=layerd-it-shop")).isEmpty();
    assertThat(docker.ok("volume", "ls", "-q", "--filter", "name=layerd-it-shop")).isEmpty();
  }

  @Test
  void stacksBesideEachOtherKeepTheirNamesNetworksAndVolumes() {
    ok("up", "-d", "--wait", "--wait-timeout", "90", "db");
    beside("up", "-d", "--wait", "--wait-timeout", "90").run().ok();
    assertThat(beside("ps", "-a", "--format", "{{.Service}} {{.Health}}").run().ok().line())
        .isEqualTo("web healthy");
    Command.Running logs = beside("logs", "-f", "--no-log-prefix").start();
    beside("--profile", "extra", "up", "-d").run().ok();
    Wait.until("the profile's service to ask", () -> logs.out().text().contains("serving"));
    Wait.until(
        "the profile's service to run",
        () ->
            beside("--profile", "extra", "logs", "--no-log-prefix", "more")
                .run()
                .ok()
                .line()
                .equals("beside"));
    assertThat(
            beside("--profile", "extra", "ps", "--format", "{{.Service}} {{.State}}")
                .run()
                .ok()
                .line()
                .lines())
        .containsExactlyInAnyOrder("web running", "more running");
    assertThat(beside("exec", "-T", "web", "nslookup", "db").run().exit())
        .as("names of the other stack are not known")
        .isNotZero();
    assertThat(ok("exec", "-T", "db", "wget", "-q", "-O", "-", "http://localhost:5432/"))
        .isEqualTo("rows");
    assertThat(docker.ok("volume", "ls", "-q", "--filter", "name=layerd-it-").lines())
        .contains("layerd-it-shop_data", "layerd-it-beside_data");
    assertThat(ok("ls", "--format", "json")).contains("layerd-it-shop", "layerd-it-beside");

    beside("--profile", "extra", "down", "-v", "--timeout", "1").run().ok();
    assertThat(logs.await(Command.LIMIT).exit()).as("logs -f ends with the stack").isZero();
    assertThat(docker.ok("volume", "ls", "-q", "--filter", "name=layerd-it-").lines())
        .contains("layerd-it-shop_data")
        .doesNotContain("layerd-it-beside_data");
    assertThat(docker.ok("network", "ls", "-q", "--filter", "name=layerd-it-beside")).isEmpty();
    assertThat(ok("ps", "--format", "{{.Service}} {{.State}} {{.Health}}"))
        .isEqualTo("db running healthy");
    ok("down", "-v", "--timeout", "1");
    assertThat(docker.ok("volume", "ls", "-q", "--filter", "name=layerd-it-shop")).isEmpty();
  }
}
