package io.layerd.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code docker build} with the buildx plugin, where {@code ./test} could install one. */
@ExtendWith(SharedEngine.class)
class BuildKitIT {
  private final Engine engine;
  private final KitClient client;
  private final DockerCli docker;
  private final Path context;

  BuildKitIT(Engine engine) throws IOException {
    this.engine = engine;
    client = KitClient.of(engine);
    docker = client.docker();
    context = client.context();
  }

  @AfterEach
  void removeWhatWasBuilt() {
    client.close();
    assertThat(engine.docker().ok("ps", "-aq")).as("containers that builds left").isEmpty();
  }

  private void file(String name, String content) throws IOException {
    client.file(name, content);
  }

  private Result build(String dockerfile, String... flags) throws IOException {
    return client.build(dockerfile, flags);
  }

  private String run(String... command) {
    return client.run(command);
  }

  @Test
  void progressIsShownAndTheImageRuns() throws IOException {
    file("a.txt", "content\n");
    file("left.log", "out\n");
    file(".dockerignore", "*.log\n");
    String dockerfile =
        """
        # syntax=docker/dockerfile:1
        FROM busybox AS made
        ARG WHO=nobody
        RUN echo "hello $WHO" > /greeting; echo said
        FROM busybox AS unused
        RUN exit 1
        FROM busybox
        WORKDIR /work
        COPY . .
        COPY --from=made /greeting .
        ENV A=b
        CMD ["cat", "greeting", "a.txt"]
        """;
    String[] flags = {
      "-t", "it-kit", "--build-arg", "WHO=you", "--label", "l=1", "--add-host", "up:host-gateway"
    };
    Result result = build(dockerfile, flags).ok();
    assertThat(result.err())
        .contains("[internal] load build definition from Dockerfile", "transferring dockerfile:")
        .contains("[internal] load .dockerignore", "[internal] load build context")
        .contains("[made 2/2] RUN echo", " said")
        .contains("[stage-2 3/4] COPY . .", "naming to docker.io/library/it-kit done")
        .doesNotContain("unused");
    assertThat(run()).isEqualTo("hello you\ncontent");
    assertThat(run("ls")).isEqualTo("Dockerfile\na.txt\ngreeting");
    assertThat(docker.ok("inspect", "-f", "{{json .Config.Labels}} {{.Config.Env}}", "it-kit"))
        .contains("\"l\":\"1\"", "A=b");
    assertThat(docker.ok("history", "--no-trunc", "--format", "{{.CreatedBy}}", "it-kit"))
        .contains("COPY . . # buildkit", "CMD [\"cat\" \"greeting\" \"a.txt\"]");

    Result again = build(dockerfile, flags).ok();
    assertThat(again.err().split("CACHED", -1)).hasSize(5);
    file("a.txt", "other\n");
    assertThat(build(dockerfile, flags).ok().err().split("CACHED", -1)).hasSize(3);
    assertThat(run()).isEqualTo("hello you\nother");
  }

  @Test
  void onlyChangedFilesAreSentAgain() throws IOException {
    Path big = context.resolve("sub/big");
    file("sub/small", "one");
    Files.write(big, new byte[3_000_000]);
    String dockerfile = "FROM busybox\nCOPY sub /s\nRUN cat /s/small; wc -c < /s/big\n";
    assertThat(build(dockerfile).ok().err()).containsPattern("transferring context: 3\\.\\d+MB");
    file("sub/small", "other");
    Result second = build(dockerfile).ok();
    assertThat(second.err())
        .containsPattern("transferring context: \\d+B")
        .doesNotContainPattern("transferring context: [\\d.]+[kM]B")
        .contains(" other3000000");
    Files.delete(big);
    assertThat(build("FROM busybox\nCOPY sub /s\nRUN ls /s\n").ok().err())
        .contains(" small")
        .doesNotContain(" big");
    docker.ok("buildx", "prune", "-af");
    Files.write(big, new byte[3_000_000]);
    assertThat(build(dockerfile).ok().err()).containsPattern("transferring context: 3\\.\\d+MB");
  }

  @Test
  void aFailingStepShowsItsPlaceAndLeavesNothing() throws IOException {
    Result failed = build("FROM busybox\nRUN echo out; exit 3\n");
    failed.exits(1);
    assertThat(failed.err())
        .contains(">>> RUN echo out; exit 3")
        .contains(
            "process \"/bin/sh -c echo out; exit 3\" did not complete successfully: exit code: 3");
    assertThat(build("FROM busybox\nBOGUS\n").err())
        .contains(">>> BOGUS", "dockerfile parse error on line 2: unknown instruction: BOGUS");
    assertThat(build("FROM busybox\nCOPY nope /\n").err()).contains(">>> COPY nope /");
  }

  @Test
  void mountsOfRunAreThereForTheStepOnly() throws IOException {
    file("secret", "hidden");
    file("src/x", "from the context");
    String dockerfile =
        """
        FROM busybox AS one
        RUN echo kept > /file
        FROM busybox
        RUN --mount=type=secret,id=s cat /run/secrets/s && stat -c %a /run/secrets/s
        RUN --mount=type=secret,id=s,env=TOKEN echo "token $TOKEN"
        RUN --mount=type=bind,source=src,target=/src cat /src/x; touch /src/y || echo read-only
        RUN --mount=type=bind,from=one,target=/one,rw cat /one/file; touch /one/new
        RUN --mount=type=tmpfs,target=/t,size=1m touch /t/x; df /t | tail -1
        RUN --mount=type=cache,target=/cache,id=it-kit echo x >> /cache/f; wc -l < /cache/f
        """;
    Result first =
        build(
                dockerfile,
                "-t",
                "it-kit",
                "--no-cache",
                "--secret",
                "id=s,src=" + context.resolve("secret"))
            .ok();
    assertThat(first.err())
        .contains("hidden400", "token hidden", "from the context", "read-only", "kept")
        .contains(" 1024 ");
    assertThat(run("ls", "/").lines())
        .contains("bin")
        .doesNotContain("src", "one", "cache", "t", "run");
    assertThat(docker.ok("buildx", "du")).contains("Total:");
    assertThat(docker.ok("system", "df", "-v")).containsPattern("exec.cachemount +2B");
    Result second =
        build(
                dockerfile,
                "--no-cache",
                "-t",
                "it-kit",
                "--secret",
                "id=s,src=" + context.resolve("secret"))
            .ok();
    assertThat(second.err()).containsPattern("(?m)^#\\d+ [\\d.]+ 2$");
    assertThat(docker.ok("buildx", "prune", "-f")).contains("Total:\t4B");
    assertThat(build("FROM busybox\nRUN --mount=type=secret,id=no,required=true true\n").err())
        .contains("secret no: not found");
  }

  @Test
  void anSshAgentOfTheClientAnswersInTheStep() throws IOException {
    Path socket = context.resolve("agent");
    try (ServerSocketChannel agent = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      agent.bind(UnixDomainSocketAddress.of(socket));
      Result result =
          build(
                  "FROM busybox\nRUN --mount=type=ssh,required=true stat -c %F $SSH_AUTH_SOCK\n",
                  "--ssh", "default=" + socket)
              .ok();
      assertThat(result.err()).contains("socket");
    }
    assertThat(build("FROM busybox\nRUN --mount=type=ssh,required=true true\n").err())
        .contains("unset ssh forward key default");
  }

  @Test
  void outputsComeToTheClient() throws IOException {
    Path out = context.resolveSibling(context.getFileName() + "-out");
    String dockerfile = "FROM scratch\nCOPY a /x/a\nCOPY <<EOF /b\nb\nEOF\n";
    file("a", "a");
    try {
      build(dockerfile, "-o", "type=local,dest=" + out).ok();
      assertThat(out.resolve("x/a")).hasContent("a");
      assertThat(out.resolve("b")).hasContent("b");
      build(dockerfile, "-o", "type=tar,dest=" + out + "/t.tar").ok();
      assertThat(Command.of("tar", "-tf", out + "/t.tar").run().ok().out())
          .contains("x/a", "b")
          .doesNotContain("Dockerfile");
      build(
              dockerfile,
              "-t",
              "it-kit",
              "--iidfile",
              out + "/iid",
              "--metadata-file",
              out + "/metadata")
          .ok();
      String id = docker.ok("inspect", "-f", "{{.Id}}", "it-kit");
      assertThat(out.resolve("iid")).hasContent(id);
      assertThat(out.resolve("metadata")).content().contains(id, "\"docker.io/library/it-kit\"");
    } finally {
      Command.of("rm", "-rf", out.toString()).run();
    }
  }

  @Test
  void aClientThatGoesEndsItsBuild() throws IOException {
    Command.Running build =
        docker.with(client.words("FROM busybox\nRUN echo begun; sleep 600\n")).start();
    build.awaitWhileAlive("the step's container", () -> !engine.docker().ok("ps", "-q").isEmpty());
    build.process().descendants().forEach(ProcessHandle::destroyForcibly);
    build.kill();
    Wait.until("the container is gone", () -> engine.docker().ok("ps", "-aq").isEmpty());
  }

  @Test
  void contextsMayBeElsewhere() throws IOException {
    file("sub/f", "in the archive");
    file("sub/Dockerfile", "FROM " + engine.busybox() + "\nCOPY f /f\nRUN cat /f\n");
    String sub = context.resolve("sub").toString();
    Result piped =
        docker
            .with(
                "bash",
                "-c",
                "tar -cz -C " + sub + " . | docker build --progress=plain -t it-kit -")
            .run()
            .ok();
    assertThat(piped.err()).contains("[internal] load remote build context", "in the archive");

    byte[] archive = Files.readAllBytes(archive(sub));
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/context.tgz",
        exchange -> {
          exchange.sendResponseHeaders(200, archive.length);
          exchange.getResponseBody().write(archive);
          exchange.close();
        });
    server.start();
    try {
      String url = "http://127.0.0.1:" + server.getAddress().getPort() + "/context.tgz";
      Result fetched =
          docker.run("build", "--progress=plain", "--no-cache", "-t", "it-kit", url).ok();
      assertThat(fetched.err()).contains("in the archive");
    } finally {
      server.stop(0);
    }
  }

  private Path archive(String directory) {
    Path archive = context.resolve("context.tgz");
    Command.of("tar", "-czf", archive.toString(), "-C", directory, ".").run().ok();
    return archive;
  }

  @Test
  void aGitRepositoryIsAContext() throws IOException {
    Path repositories = context.resolve("repositories");
    file(
        "repositories/one/sub/Dockerfile",
        "FROM " + engine.busybox() + "\nCOPY . /c\nRUN ls -A /c\n");
    file("repositories/one/sub/tracked", "");
    String git = "git -c user.name=n -c user.email=e ";
    Command.sh(
        "cd %s/one && git init -q . && git add -A && %s commit -qm one && git branch other"
            .formatted(repositories, git));
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    Command.Running daemon =
        Command.of(
                "git",
                "daemon",
                "--export-all",
                "--reuseaddr",
                "--listen=127.0.0.1",
                "--port=" + port,
                "--base-path=" + repositories)
            .start();
    try {
      String url = "git://127.0.0.1:" + port + "/one#other:sub";
      Wait.until(
          "git serves",
          () -> Command.of("git", "ls-remote", url.split("#", 2)[0]).run().exit() == 0);
      Result built = docker.run("build", "--progress=plain", "-t", "it-kit", url).ok();
      assertThat(built.err()).contains("tracked").doesNotContain(".git\n");
      Result none = docker.run("build", url.replace("other", "nowhere"));
      assertThat(none.exits(1).err()).contains("failed to fetch remote");
      Result classic =
          Command.of(
                  "curl",
                  "-sS",
                  "-X",
                  "POST",
                  "--unix-socket",
                  docker.host().replace("unix://", ""),
                  "http://d/build?nocache=1&t=it-kit&remote=" + url.replace("#", "%23"))
              .run()
              .ok();
      assertThat(classic.out()).contains("Downloading build context from remote url", "tracked");
    } finally {
      daemon.process().descendants().forEach(ProcessHandle::destroyForcibly);
      daemon.kill();
    }
  }

  @Test
  void whatIsNotOfferedIsSaid() throws IOException {
    assertThat(build("# syntax=example.com/other\nFROM busybox\n").err())
        .contains("does not run other frontends: example.com/other");
    assertThat(build("FROM busybox\nRUN --network=host true\n").err())
        .contains("network.host is not allowed");
    assertThat(build("FROM busybox\nRUN --security=insecure true\n").err())
        .contains("security.insecure is not allowed");
    assertThat(build("FROM busybox\n", "--platform=linux/amd64,linux/arm64").err())
        .contains("Multi-platform build is not supported");
    assertThat(docker.ok("buildx", "ls")).contains("default", "running");
  }
}
