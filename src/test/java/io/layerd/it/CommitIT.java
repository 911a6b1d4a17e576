package io.layerd.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code docker commit}, {@code update} and {@code stats}. */
@ExtendWith(SharedEngine.class)
class CommitIT {
  private final DockerCli docker;
  private final String image;

  CommitIT(Engine engine) {
    docker = engine.docker();
    image = engine.busybox();
  }

  @AfterEach
  void remove() {
    docker
        .with(
            "bash",
            "-c",
            "docker ps -aq --filter name=it-c | xargs -r docker rm -f -v;"
                + " docker images -q it-commit | sort -u | xargs -r docker rmi -f")
        .run();
  }

  private void start(String name, String script, String... options) {
    String[] front = {"run", "-d", "--network", "none", "--name", name};
    String[] words = Arrays.copyOf(front, front.length + options.length + 4);
    System.arraycopy(options, 0, words, front.length, options.length);
    words[words.length - 4] = image;
    words[words.length - 3] = "sh";
    words[words.length - 2] = "-c";
    words[words.length - 1] = script + "; touch /tmp/ready; exec sleep 1000";
    docker.ok(words);
    docker.ok("exec", name, "sh", "-c", "until [ -e /tmp/ready ]; do sleep 0.05; done");
  }

  @Test
  void anImageOfARunningContainer() {
    start("it-c1", "echo made > /made; rm /etc/passwd; mkdir -p /d/e; ln /made /hard", "-e", "A=1");
    String id =
        docker.ok(
            "commit",
            "-a",
            "me",
            "-m",
            "why",
            "-c",
            "CMD [\"cat\", \"/made\"]",
            "-c",
            "ENV B=2",
            "it-c1",
            "it-commit:1");
    assertThat(id).matches("sha256:[0-9a-f]{64}");
    docker.ok("exec", "it-c1", "sh", "-c", "echo later > /made");
    docker.run("run", "--rm", "--network", "none", "it-commit:1").ok().says("made\n");
    docker
        .run(
            "run",
            "--rm",
            "--network",
            "none",
            "it-commit:1",
            "sh",
            "-c",
            "ls -d /etc/passwd; stat -c %h /made; echo $A$B")
        .ok()
        .says("2\n12\n");
    assertThat(
            docker.ok(
                "image",
                "inspect",
                "-f",
                "{{.Author}} {{.Comment}} {{json .Config.Cmd}} {{len .RootFS.Layers}}",
                "it-commit:1"))
        .startsWith("me why [\"cat\",\"/made\"] ");
    assertThat(docker.ok("history", "--no-trunc", "it-commit:1")).contains("why");
    assertThat(docker.ok("inspect", "-f", "{{.State.Paused}}", "it-c1")).isEqualTo("false");
  }

  @Test
  void nothingChangedIsNoLayer() {
    docker.ok("create", "--network", "none", "--name", "it-c2", image, "true");
    docker.ok("commit", "it-c2", "it-commit:2");
    String layers = "{{len .RootFS.Layers}}";
    assertThat(docker.ok("image", "inspect", "-f", layers, "it-commit:2"))
        .isEqualTo(docker.ok("image", "inspect", "-f", layers, image));
  }

  @Test
  void whatMakesNoSenseIsRefused() {
    docker.ok("create", "--network", "none", "--name", "it-c3", image, "true");
    docker.run("commit", "it-c3", "it-commit:UPPER@x").exits(1);
    docker.run("commit", "-c", "RUN x", "it-c3").exits(1).says("RUN is not a valid change command");
    docker.run("commit", "it-nope").exits(1).says("No such container: it-nope");
  }

  @Test
  void limitsChangeWhileItRuns() {
    start("it-c4", "true", "-m", "64m", "--pids-limit", "50");
    docker.ok("update", "--memory", "96m", "--memory-swap", "200m", "--restart", "always", "it-c4");
    assertThat(
            docker.ok(
                "inspect",
                "-f",
                "{{.HostConfig.Memory}} {{.HostConfig.MemorySwap}} {{.HostConfig.RestartPolicy.Name}}",
                "it-c4"))
        .isEqualTo("100663296 209715200 always");
    assertThat(docker.ok("stats", "--no-stream", "--format", "{{.MemUsage}} {{.PIDs}}", "it-c4"))
        .endsWith("/ 96MiB 1");
    docker.ok("update", "--pids-limit", "-1", "--restart", "no", "it-c4");
    docker.run("update", "--memory", "1g", "it-c4").exits(1).says("memoryswap");
    docker.run("update", "--memory", "1m", "it-c4").exits(1).says("Minimum memory limit");
  }

  @Test
  void statsGoOnUntilTheContainerIsGone() {
    start("it-c5", "true");
    docker
        .with(
            "bash",
            "-c",
            "(sleep 3; docker rm -f it-c5 >/dev/null) & curl -s --unix-socket ${DOCKER_HOST#unix://}"
                + " http://d/containers/it-c5/stats | grep -c '\"name\":\"/it-c5\"'")
        .run()
        .ok();
  }

  @Test
  void healthIsCheckedAndShown() {
    start(
        "it-c6",
        "true",
        "--health-cmd",
        "echo looked; test -e /ok",
        "--health-interval",
        "200ms",
        "--health-retries",
        "1");
    await("it-c6", "unhealthy");
    assertThat(docker.ok("inspect", "-f", "{{(index .State.Health.Log 0).Output}}", "it-c6"))
        .isEqualTo("looked");
    docker.ok("exec", "it-c6", "touch", "/ok");
    await("it-c6", "healthy");
    assertThat(docker.ok("ps", "--filter", "health=healthy", "--format", "{{.Names}} {{.Status}}"))
        .contains("it-c6 Up ")
        .contains("(healthy)");
    docker.ok("kill", "it-c6");
    assertThat(docker.ok("inspect", "-f", "{{.State.Health.Status}}", "it-c6"))
        .isEqualTo("unhealthy");
  }

  private void await(String name, String health) {
    docker
        .with(
            "bash",
            "-c",
            "until [ \"$(docker inspect -f '{{.State.Health.Status}}' "
                + name
                + ")\" = "
                + health
                + " ]; do sleep 0.1; done")
        .run()
        .ok();
  }
}
