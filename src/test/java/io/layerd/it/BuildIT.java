package io.layerd.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code docker build} with the classic builder. */
@ExtendWith(SharedEngine.class)
class BuildIT {
  private final Engine engine;
  private final DockerCli docker;
  private Path context = Path.of("/");

  BuildIT(Engine engine) {
    this.engine = engine;
    docker = engine.docker();
  }

  @BeforeEach
  void makeContext() {
    context = engine.directory();
  }

  @AfterEach
  void removeWhatWasBuilt() {
    docker
        .with(
            "bash",
            "-c",
            "docker images -q --filter reference='it-build*' | xargs -r docker rmi -f >/dev/null;"
                + " docker image prune -f >/dev/null; rm -rf "
                + context)
        .run()
        .ok();
    assertThat(docker.ok("ps", "-aq")).as("containers that builds left").isEmpty();
  }

  private void file(String name, String content) {
    try {
      Path file = context.resolve(name);
      Files.createDirectories(file.getParent());
      Files.writeString(file, content);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private Result build(String dockerfile, String... flags) {
    file("Dockerfile", dockerfile.replace("FROM busybox", "FROM " + engine.busybox()));
    String[] words = new String[flags.length + 4];
    words[0] = "build";
    words[1] = "-t";
    words[2] = "it-build";
    System.arraycopy(flags, 0, words, 3, flags.length);
    words[words.length - 1] = context.toString();
    return docker.command(words).env("DOCKER_BUILDKIT", "0").run();
  }

  private String run(String... command) {
    String[] words = new String[command.length + 3];
    words[0] = "run";
    words[1] = "--rm";
    words[2] = "it-build";
    System.arraycopy(command, 0, words, 3, command.length);
    return docker.ok(words);
  }

  @Test
  void stepsAreShownAndTheImageRuns() {
    file("a.txt", "content\n");
    Result result =
        build(
                """
                FROM busybox
                ENV WHO="the world"
                WORKDIR /work
                COPY a.txt .
                RUN echo "hello $WHO" > greeting
                CMD ["cat", "greeting", "a.txt"]
                """)
            .ok();
    assertThat(result.out())
        .contains("Step 1/6 : FROM ", "Step 5/6 : RUN echo", " ---> Running in ")
        .contains("Successfully built ", "Successfully tagged it-build:latest");
    assertThat(run()).isEqualTo("hello the world\ncontent");
    assertThat(docker.ok("history", "--no-trunc", "--format", "{{.CreatedBy}}", "it-build"))
        .contains("/bin/sh -c #(nop)  CMD [\"cat\" \"greeting\" \"a.txt\"]")
        .contains("/bin/sh -c #(nop) WORKDIR /work");
  }

  @Test
  void containersOfStepsStayIfTheyAreToStay() {
    String dockerfile = "FROM busybox\nENV a=b\nWORKDIR /w\nRUN echo 1\nRUN exit %d\n";
    String[] containers = {"ps", "-a", "--no-trunc", "--format", "{{.Command}}"};
    try {
      build(dockerfile.formatted(0), "--no-cache", "--rm=false").ok();
      assertThat(docker.ok(containers).lines())
          .containsExactly(
              "\"/bin/sh -c 'exit 0'\"",
              "\"/bin/sh -c 'echo 1'\"",
              "\"/bin/sh -c '#(nop) WORKDIR /w'\"",
              "\"/bin/sh -c '#(nop) ' 'ENV a=b'\"");
      removeContainers();
      build(dockerfile.formatted(4), "--no-cache", "--rm=false").exits(4);
      assertThat(docker.ok(containers).lines())
          .hasSize(4)
          .first()
          .isEqualTo("\"/bin/sh -c 'exit 4'\"");
      removeContainers();
      Result forced = build(dockerfile.formatted(4), "--no-cache", "--rm=false", "--force-rm");
      assertThat(forced.exits(4).out()).contains(" ---> Removed intermediate container ");
      assertThat(docker.ok(containers)).isEmpty();
    } finally {
      removeContainers();
    }
  }

  private void removeContainers() {
    docker.with("bash", "-c", "docker ps -aq | xargs -r docker rm -f >/dev/null").run().ok();
  }

  @Test
  void anUnchangedContextIsBuiltFromTheCache() throws IOException {
    file("src/a", "1");
    String dockerfile = "FROM busybox\nRUN echo x > /x\nCOPY src /src\nCMD [\"a\"]\n";
    build(dockerfile).ok();
    Result again = build(dockerfile).ok();
    assertThat(again.out().split("Using cache", -1)).hasSize(4);
    Files.writeString(context.resolve("src/a"), "2");
    Result changed = build(dockerfile).ok();
    assertThat(changed.out().split("Using cache", -1)).hasSize(2);
    assertThat(run("cat", "/src/a")).isEqualTo("2");
    assertThat(build(dockerfile, "--no-cache").ok().out()).doesNotContain("Using cache");
  }

  @Test
  void aFailingStepSaysWhatFailed() {
    Result result = build("FROM busybox\nRUN echo before\nRUN exit 7\n").exits(7);
    assertThat(result.err())
        .contains("The command '/bin/sh -c exit 7' returned a non-zero code: 7");
    assertThat(build("FROM busybox\nRUN echo before\nRUN true\n").ok().out())
        .contains("Using cache");
  }

  @Test
  void stagesCopyFromOneAnother() {
    build(
            """
            FROM busybox AS build
            RUN mkdir /out && echo app > /out/app && chown 9:8 /out/app && chmod 755 /out/app
            FROM busybox
            COPY --from=build /out/app /bin/app
            """)
        .ok();
    assertThat(run("stat", "-c", "%a %u:%g", "/bin/app")).isEqualTo("755 9:8");
    assertThat(build("FROM busybox AS one\nRUN echo 1\nFROM one\nRUN exit 1\n", "--target", "one"))
        .satisfies(result -> result.ok());
  }

  @Test
  void argumentsAreUsedAndForgotten() {
    Result result =
        build(
                "ARG BASE=busybox\nFROM busybox\nARG A=1\nRUN echo \"$A\" > /a\n",
                "--build-arg",
                "A=two",
                "--build-arg",
                "UNUSED=x")
            .ok();
    assertThat(result.out())
        .contains("[Warning] One or more build-args [UNUSED] were not consumed");
    assertThat(run("sh", "-c", "cat /a; echo ${A:-none}")).isEqualTo("two\nnone");
  }

  @Test
  void labelsTargetsAndQuietBuilds() {
    Result quiet = build("FROM busybox\nRUN echo noise\n", "-q", "--label", "a=b").ok();
    assertThat(quiet.line()).matches("sha256:[0-9a-f]{64}");
    assertThat(docker.ok("inspect", "-f", "{{.Config.Labels.a}}", "it-build")).isEqualTo("b");
  }

  @Test
  void ignoredFilesStayOutside() {
    file("keep.txt", "1");
    file("drop.txt", "2");
    file(".dockerignore", "*.txt\n!keep.txt\nDockerfile\n");
    build("FROM busybox\nCOPY . /c\n").ok();
    assertThat(run("ls", "-A", "/c")).isEqualTo(".dockerignore\nkeep.txt");
  }

  @Test
  void archivesAreUnpackedByAdd() {
    file("t/in/f", "from the archive\n");
    Command.of("tar", "-czf", context + "/t.tgz", "-C", context + "/t", "in").run().ok();
    build("FROM busybox\nADD t.tgz /a\nCOPY t.tgz /b\n").ok();
    assertThat(run("cat", "/a/in/f")).isEqualTo("from the archive");
    assertThat(run("sh", "-c", "test -f /b && echo file")).isEqualTo("file");
  }

  @Test
  void hereDocumentsAndModes() {
    build(
            """
            FROM busybox
            RUN <<EOT
            echo one > /one
            echo two > /two
            EOT
            COPY --chmod=751 <<conf <<'raw' /etc/x/
            path=$PATH
            conf
            $PATH
            raw
            """)
        .ok();
    assertThat(run("cat", "/one", "/two", "/etc/x/raw")).isEqualTo("one\ntwo\n$PATH");
    assertThat(run("sh", "-c", "cat /etc/x/conf; stat -c %a /etc/x/conf"))
        .startsWith("path=/usr/local/sbin")
        .endsWith("751");
  }

  @Test
  void hostileContextsStayInside() throws IOException {
    Files.createSymbolicLink(context.resolve("passwd"), Path.of("/etc/passwd"));
    Files.createSymbolicLink(context.resolve("up"), Path.of("../../../../etc/passwd"));
    build("FROM busybox\nCOPY passwd /p\n").exits(1).says("file not found in build context");
    build("FROM busybox\nCOPY up /p\n").exits(1).says("file not found in build context");
    build("FROM busybox\nCOPY ../x /p\n").exits(1).says("forbidden path outside the build context");
    // a link in the image leads to the image, not to the host
    file("a", "mine");
    build("FROM busybox\nRUN ln -s ../../../../../tmp/it-escape /l\nCOPY a /l\n").ok();
    assertThat(Path.of("/tmp/it-escape")).doesNotExist();
    assertThat(run("cat", "/tmp/it-escape")).isEqualTo("mine");
  }

  @Test
  void aClientThatGoesAwayEndsTheBuild() throws Exception {
    file("Dockerfile", "FROM " + engine.busybox() + "\nRUN echo started; sleep 600\n");
    Command.Running client =
        docker
            .command("build", "-t", "it-build", context.toString())
            .env("DOCKER_BUILDKIT", "0")
            .start();
    client.awaitWhileAlive("the step's container", () -> !docker.ok("ps", "-q").isEmpty());
    client.kill();
    Wait.until(
        "the step's container to go",
        Duration.ofSeconds(60),
        () -> docker.ok("ps", "-aq").isEmpty(),
        () -> docker.ok("ps", "-a"));
  }

  @Test
  void whatThisBuilderIsNotIsSaid() {
    Http http = engine.http();
    assertThat(http.post("/build?version=3", "").body()).contains("invalid version \\\"3\\\"");
    assertThat(http.post("/build?squash=1", "").body())
        .contains("squash is only supported with experimental mode");
  }

  @Test
  void mistakesAreNamedWithTheirLine() {
    build("FROM busybox\nFRON x\n")
        .exits(1)
        .says("dockerfile parse error on line 2: unknown instruction: FRON (did you mean FROM?)");
    build("FROM busybox\nCOPY a\n").exits(1).says("COPY requires at least two arguments");
    build("FROM busybox\nRUN true\n", "-f", context + "/nosuch").exits(1).says("nosuch");
  }
}
