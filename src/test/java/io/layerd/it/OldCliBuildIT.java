package io.layerd.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * {@code docker build} of a docker CLI with BuildKit's client built in (18.09 to 22), where {@code
 * ./test} could get one.
 */
@ExtendWith(SharedEngine.class)
class OldCliBuildIT {
  private static final Path CLI = Path.of("target/old-cli/docker").toAbsolutePath();

  private final Engine engine;
  private final DockerCli docker;
  private final Path context;

  OldCliBuildIT(Engine engine) throws IOException {
    assumeTrue(Files.isExecutable(CLI), "no old docker CLI on this machine");
    this.engine = engine;
    docker = engine.docker();
    context = engine.directory();
    Files.writeString(context.resolve("a"), "from the context\n");
  }

  @AfterEach
  void removeWhatWasBuilt() {
    docker.run("rmi", "-f", "it-old", "it-old:two");
    docker.ok("image", "prune", "-f");
    Command.of("rm", "-rf", context.toString()).run();
    assertThat(docker.ok("ps", "-aq")).as("containers that builds left").isEmpty();
  }

  private Command command(String... words) {
    List<String> all = new ArrayList<>(List.of(CLI.toString(), "build"));
    all.addAll(List.of(words));
    return docker.with(all.toArray(String[]::new)).env("DOCKER_BUILDKIT", "1");
  }

  private String dockerfile(String text) throws IOException {
    Files.writeString(
        context.resolve("Dockerfile"), text.replace("busybox", engine.busybox()) + "\n");
    return context.toString();
  }

  /** A build whose standard input is a shell's. */
  private Result piped(String from, String flags) {
    return docker
        .with(
            "bash", "-c", from + " | DOCKER_BUILDKIT=1 " + CLI + " build --progress=plain " + flags)
        .run();
  }

  @Test
  void progressIsShownAndTheImageIsNamed() throws IOException {
    Path id = context.resolve("id");
    String where =
        dockerfile(
            """
            FROM busybox AS made
            ARG WHO
            RUN echo hello $WHO; echo hello $WHO > /greeting
            FROM made
            COPY a /a
            FROM busybox AS unused
            RUN exit 1
            """);
    String[] words = {
      "--progress=plain",
      "-t",
      "it-old",
      "-t",
      "it-old:two",
      "--build-arg",
      "WHO=you",
      "--label",
      "l=1",
      "--target",
      "1",
      "--iidfile",
      id.toString(),
      where
    };
    Result built = command(words).run().ok();
    assertThat(built.err())
        .contains("[internal] load build definition from Dockerfile")
        .containsPattern("(?m)^#[0-9]+ [0-9.]+ hello you")
        .contains("COPY a /a", "naming to docker.io/library/it-old:two done");
    String image = docker.ok("inspect", "-f", "{{.Id}} {{.Config.Labels}}", "it-old");
    assertThat(image).isEqualTo(Files.readString(id) + " map[l:1]");
    assertThat(docker.ok("run", "--rm", "it-old:two", "cat", "/greeting", "/a"))
        .isEqualTo("hello you\nfrom the context");
    assertThat(command(words).run().ok().err())
        .contains("CACHED")
        .doesNotContainPattern("(?m)^#[0-9]+ [0-9.]+ hello you");
    String[] fresh = {
      "--progress=plain", "--no-cache", "--target=made", "--build-arg", "WHO=all", where
    };
    assertThat(command(fresh).run().ok().err()).containsPattern("(?m)^#[0-9]+ [0-9.]+ hello all");
    assertThat(command("-q", "--target", "1", "--build-arg", "WHO=you", where).run().ok().out())
        .startsWith("sha256:");
  }

  @Test
  void dockerfileAndContextMayComeOnStandardInput() throws IOException {
    String where = dockerfile("FROM busybox\nCOPY a /b\nRUN cat /b");
    String text = "cat " + where + "/Dockerfile";
    assertThat(piped(text, "-t it-old -f - " + where).ok().err()).contains("from the context");
    Result context = piped("tar -cz -C " + where + " .", "-t it-old --no-cache -");
    assertThat(context.ok().err())
        .contains("[internal] load remote build context", "from the context");
    assertThat(piped("echo FROM " + engine.busybox(), "-t it-old -").ok().err()).contains("naming");
    assertThat(piped("echo nonsense", "-").exits(1).err()).contains("unknown instruction");
  }

  @Test
  void secretsAgentsAndTheHostsNetworkReachTheSteps() throws IOException {
    Path socket = context.resolve("agent");
    String where =
        dockerfile(
            """
            FROM busybox
            RUN --mount=type=secret,id=s cat /run/secrets/s
            RUN --mount=type=ssh,required=true stat -c %F $SSH_AUTH_SOCK
            RUN --network=host grep 1.2.3.4 /etc/hosts
            """);
    try (ServerSocketChannel agent = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      agent.bind(UnixDomainSocketAddress.of(socket));
      List<String> flags =
          new ArrayList<>(
              List.of("--progress=plain", "--secret", "id=s,src=" + context.resolve("a")));
      flags.addAll(List.of("--ssh", "default=" + socket, "--add-host", "h:1.2.3.4", where));
      assertThat(command(flags.toArray(String[]::new)).run().exits(1).err())
          .contains("network.host is not allowed");
      flags.addAll(0, List.of("--network=host", "--no-cache"));
      assertThat(command(flags.toArray(String[]::new)).run().ok().err())
          .contains("from the context", "socket", "1.2.3.4");
    }
  }

  @Test
  void outputsComeToTheClient() throws IOException {
    Path out = context.resolve("out");
    String where = dockerfile("FROM scratch\nCOPY a /x/a");
    command("-o", "type=local,dest=" + out, where).run().ok();
    assertThat(out.resolve("x/a")).hasContent("from the context");
    command("-o", "type=tar,dest=" + out + "/t.tar", where).run().ok();
    assertThat(Command.of("tar", "-tf", out + "/t.tar").run().ok().out()).contains("x/a");
    assertThat(command("-o", "type=docker,dest=" + out + "/x", where).run().exits(1).err())
        .contains("exporter \"docker\" could not be found");
  }

  @Test
  void failuresAreTold() throws IOException {
    Result failed = command("--progress=plain", dockerfile("FROM busybox\nRUN exit 3")).run();
    assertThat(failed.exits(1).err())
        .contains("process \"/bin/sh -c exit 3\" did not complete successfully: exit code: 3");
    assertThat(command(dockerfile("FROM busybox\nBOGUS")).run().exits(1).err())
        .contains("dockerfile parse error on line 2: unknown instruction: BOGUS");
    assertThat(command("--network=other", context.toString()).run().exits(1).err())
        .contains("network mode \"other\" not supported by buildkit");
    String curl = "curl -sS -X POST --unix-socket " + docker.host().replace("unix://", "");
    assertThat(Command.sh(curl + " http://d/build/cancel")).contains("build ID not provided");
    String nobody = curl + " 'http://d/build?version=2&remote=client-session'";
    assertThat(Command.sh(nobody)).contains("could not access local files without session");
    String own = "tar -c -C " + dockerfile("FROM scratch\nCOPY a /") + " . | " + curl;
    own += " -T - 'http://d/build?version=2&t=it-old' -H 'Content-Type: application/x-tar'";
    assertThat(Command.sh(own)).contains("{\"id\":\"moby.image.id\",\"aux\":{\"ID\":\"sha256:");
  }

  @Test
  void anInterruptedOrKilledClientEndsItsBuild() throws IOException {
    String where = dockerfile("FROM busybox\nRUN echo begun; sleep 600");
    for (String signal : List.of("INT", "KILL")) {
      Command.Running build = command("--progress=plain", where).start();
      build.awaitWhileAlive("the step's container", () -> !docker.ok("ps", "-q").isEmpty());
      Command.of("kill", "-" + signal, Long.toString(build.process().pid())).run().ok();
      Wait.until("the container is gone", () -> docker.ok("ps", "-aq").isEmpty());
      build.kill();
    }
  }
}
