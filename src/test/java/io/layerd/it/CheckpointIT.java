package io.layerd.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Containers that are written down and go on later, by criu where it works on this kernel. */
@ExtendWith(SharedEngine.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CheckpointIT {
  private static final Path OWN = Path.of("target/criu");
  private static final String COUNT =
      "i=0; while :; do i=$((i+1)); echo $i; echo $i >/tmp/n; sleep 0.1; done";

  private final String image;
  private DaemonFixture daemon;
  private DockerCli docker;
  private HostState before;

  CheckpointIT(Engine engine) {
    image = engine.registry().ref("busybox");
  }

  @BeforeAll
  void start() {
    String path = OWN.toAbsolutePath() + ":" + System.getenv("PATH");
    boolean works =
        Command.of("sh", "-c", "criu check && runc --version").env("PATH", path).run().exit() == 0;
    assumeTrue(works, "no criu for this kernel, or no runc");
    daemon = DaemonFixture.stopped("--experimental", "--default-runtime", "runc").env("PATH", path);
    daemon.up();
    docker = daemon.docker();
    docker.ok("pull", "-q", image);
    before = HostState.of(daemon);
  }

  @AfterEach
  void remove() {
    if (daemon != null) {
      docker.with("bash", "-c", "docker ps -aq | xargs -r docker rm -f -v").run().ok();
      Wait.until("nothing to be left", () -> HostState.of(daemon).equals(before));
    }
  }

  @AfterAll
  void stop() {
    if (daemon != null) {
      daemon.close();
    }
  }

  private void run(String name, String script, String... options) {
    List<String> words = new java.util.ArrayList<>(List.of("run", "-d", "--name", name));
    words.addAll(List.of(options));
    words.addAll(List.of(image, "sh", "-c", script));
    docker.ok(words.toArray(String[]::new));
  }

  private List<Integer> numbers(String name) {
    return docker.ok("logs", name).lines().map(line -> Integer.valueOf(line.strip())).toList();
  }

  private void counted(String name, int atLeast) {
    Wait.until(
        "the count to reach " + atLeast,
        () -> {
          List<Integer> seen = numbers(name);
          return !seen.isEmpty() && seen.getLast() >= atLeast;
        });
  }

  private String inspect(String name, String format) {
    return docker.ok("inspect", "-f", format, name);
  }

  @Test
  void aContainerGoesOnWhereItWas() {
    assertThat(docker.ok("version", "-f", "{{.Server.Experimental}}")).isEqualTo("true");
    assertThat(docker.ok("info", "-f", "{{.ExperimentalBuild}}")).isEqualTo("true");
    docker.ok("network", "create", "ck-net");
    try {
      run("ck-count", COUNT, "--network", "ck-net", "--tmpfs", "/t", "-p", "127.0.0.1::80");
      counted("ck-count", 5);
      docker.ok("exec", "ck-count", "sh", "-c", "echo kept >/t/file");
      String since = docker.ok("inspect", "-f", "{{.State.StartedAt}}", "ck-count");
      assertThat(docker.ok("checkpoint", "create", "ck-count", "one")).isEqualTo("one");
      assertThat(inspect("ck-count", "{{.State.Status}} {{.State.ExitCode}} {{.State.Pid}}"))
          .isEqualTo("exited 137 0");
      int reached = numbers("ck-count").getLast();
      docker.ok("start", "--checkpoint", "one", "ck-count");
      counted("ck-count", reached + 5);
      List<Integer> all = numbers("ck-count");
      for (int at = 0; at < all.size(); at++) {
        assertThat(all.get(at)).as("no number is missing or said twice").isEqualTo(at + 1);
      }
      assertThat(inspect("ck-count", "{{.State.Status}} {{.State.ExitCode}}"))
          .isEqualTo("running 0");
      String address =
          inspect("ck-count", "{{(index .NetworkSettings.Networks \"ck-net\").IPAddress}}");
      String look = "cat /t/file; ip -o addr show dev eth0; nslookup ck-count";
      assertThat(docker.ok("exec", "ck-count", "sh", "-c", look))
          .startsWith("kept\n")
          .contains("inet " + address + "/", "Address: " + address);
      assertThat(docker.ok("port", "ck-count", "80")).startsWith("127.0.0.1:");
      assertThat(
              docker
                  .ok(
                      "events",
                      "--since",
                      since,
                      "--until",
                      Long.toString(System.currentTimeMillis() / 1000 + 1),
                      "--filter",
                      "type=container",
                      "--filter",
                      "container=ck-count",
                      "--format",
                      "{{.Action}}")
                  .lines()
                  .filter(action -> !action.startsWith("exec")))
          .containsSubsequence("start", "pause", "die", "checkpoint", "start");
      docker.ok("stop", "-t", "1", "ck-count");
      docker.ok("start", "--checkpoint", "one", "ck-count");
      counted("ck-count", reached + 1);
      docker.ok("rm", "-f", "ck-count");
    } finally {
      docker.run("rm", "-f", "ck-count");
      docker.ok("network", "rm", "ck-net");
    }
  }

  @Test
  void oneThatIsLeftRunningIsNotDisturbed() throws IOException {
    Path elsewhere = daemon.root().resolve("elsewhere");
    run("ck-left", COUNT, "-t");
    counted("ck-left", 3);
    docker.ok("checkpoint", "create", "--leave-running", "ck-left", "one");
    docker.ok(
        "checkpoint",
        "create",
        "--leave-running",
        "--checkpoint-dir",
        elsewhere.toString(),
        "ck-left",
        "two");
    assertThat(inspect("ck-left", "{{.State.Status}}")).isEqualTo("running");
    counted("ck-left", numbers("ck-left").getLast() + 3);
    assertThat(docker.ok("checkpoint", "ls", "ck-left").lines()).contains("one").hasSize(2);
    assertThat(docker.ok("checkpoint", "ls", "--checkpoint-dir", elsewhere.toString(), "ck-left"))
        .contains("two")
        .doesNotContain("one");
    assertThat(Files.exists(elsewhere.resolve("two/pstree.img"))).isTrue();
    assertThat(docker.run("checkpoint", "create", "ck-left", "one").err())
        .contains(
            "cannot checkpoint container ck-left: checkpoint with name one already exists for"
                + " container ck-left");
    docker.ok("kill", "ck-left");
    docker.ok("start", "--checkpoint", "one", "ck-left");
    counted("ck-left", 4);
    docker.ok("checkpoint", "rm", "ck-left", "one");
    assertThat(docker.ok("checkpoint", "ls", "ck-left").lines()).hasSize(1);
    assertThat(docker.run("checkpoint", "rm", "ck-left", "one").err())
        .contains("checkpoint one does not exist for container ck-left");
  }

  @Test
  void theRestoredOutliveTheDaemonAndEndWithTheirOwnCode() {
    run("ck-ends", "while [ ! -e /tmp/end ]; do sleep 0.1; done; exit 7");
    docker.ok("checkpoint", "create", "ck-ends", "one");
    docker.ok("start", "--checkpoint", "one", "ck-ends");
    String pid = inspect("ck-ends", "{{.State.Pid}}");
    daemon.kill9();
    daemon.up();
    assertThat(inspect("ck-ends", "{{.State.Status}} {{.State.Pid}}")).isEqualTo("running " + pid);
    docker.ok("exec", "ck-ends", "touch", "/tmp/end");
    assertThat(docker.ok("wait", "ck-ends")).isEqualTo("7");
    run("ck-gone", "sleep 1000", "--rm");
    docker.ok("checkpoint", "create", "ck-gone", "one");
    Wait.until("it to be removed", () -> docker.run("inspect", "ck-gone").exit() != 0);
  }

  private static String answer(int status, String message) {
    return status + " " + message;
  }

  private static String told(Http.Answer answer) {
    try {
      return answer(
          answer.status(), TestImage.JSON.readTree(answer.body()).path("message").asText());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void whatCannotBeIsRefusedInDockerdsWords() throws IOException {
    run("ck-up", "sleep 1000");
    docker.ok("create", "--name", "ck-new", image, "true");
    String id = inspect("ck-new", "{{.Id}}");
    Http http = daemon.http();
    String v = "/v1.51/containers/";
    assertThat(told(http.post(v + "ck-new/checkpoints", "{\"CheckpointID\":\"one\"}")))
        .isEqualTo(answer(409, "container " + id + " is not running"));
    for (String bad : new String[] {"", "a", "../x", "-x"}) {
      assertThat(told(http.post(v + "ck-up/checkpoints", "{\"CheckpointID\":\"" + bad + "\"}")))
          .isEqualTo(
              answer(
                  500,
                  "Invalid checkpoint ID ("
                      + bad
                      + "), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed"));
    }
    assertThat(http.get(v + "ck-up/checkpoints").body().strip()).isEqualTo("[]");
    assertThat(told(http.get(v + "ck-up/checkpoints?dir=/nonexistent")))
        .isEqualTo(answer(500, "checkpoint  does not exist for container ck-up"));
    assertThat(told(http.send("DELETE", v + "ck-up/checkpoints/nosuch", "", "")))
        .isEqualTo(answer(500, "checkpoint nosuch does not exist for container ck-up"));
    assertThat(told(http.post(v + "ck-new/start?checkpoint=nosuch", "")))
        .isEqualTo(answer(500, "checkpoint nosuch does not exist for container /ck-new"));
    assertThat(inspect("ck-new", "{{.State.ExitCode}} {{.State.Error}}"))
        .isEqualTo("128 checkpoint nosuch does not exist for container /ck-new");
    assertThat(told(http.post(v + "ck-new/start?checkpoint=nosuch&checkpoint-dir=/tmp", "")))
        .isEqualTo(answer(403, "custom checkpointdir is not supported"));
    assertThat(http.post(v + "ck-up/start?checkpoint=nosuch", "").status()).isEqualTo(304);
    for (String method : new String[] {"GET", "POST", "DELETE"}) {
      String path = v + "nosuch/checkpoints" + (method.equals("DELETE") ? "/one" : "");
      String type = "Content-Type: application/json\r\n";
      assertThat(told(http.send(method, path, type, "{\"CheckpointID\":\"one\"}")))
          .isEqualTo("404 No such container: nosuch");
    }

    docker.ok("checkpoint", "create", "ck-up", "one");
    String own = daemon.dataRoot() + "/containers/" + inspect("ck-up", "{{.Id}}");
    Files.writeString(Path.of(own, "checkpoints/one/pstree.img"), "junk");
    Result failed = docker.run("start", "--checkpoint", "one", "ck-up");
    assertThat(failed.exit()).isNotZero();
    assertThat(failed.err()).contains("OCI runtime restore failed: criu failed: type RESTORE");
    assertThat(inspect("ck-up", "{{.State.Status}} {{.State.ExitCode}}")).isEqualTo("exited 128");
    docker.ok("start", "ck-up");
  }
}
