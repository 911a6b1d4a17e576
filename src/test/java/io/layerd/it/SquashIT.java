package io.layerd.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code docker build --squash}: one layer of all that is done on the base, by every driver. */
@ExtendWith(SharedEngine.class)
class SquashIT {
  private static final String LAYERS = "{{json .RootFS.Layers}}";
  private static final String HISTORY = "{{.ID}}|{{.CreatedBy}}|{{.Size}}|{{.Comment}}";

  /** Files that are made, changed and deleted across layers, of the base and of the build. */
  private static final String DOCKERFILE =
      """
      FROM busybox AS base
      RUN mkdir -p /d/sub /e && echo 1 >/d/a && echo 2 >/d/sub/b && echo 3 >/e/f && ln -s d /l
      FROM base AS built
      COPY file /file
      RUN rm /d/a && rm -r /d/sub && mkdir /d/sub && echo n >/d/sub/n && rm -r /e && echo e >/e
      RUN ln /file /again && echo 5 >/h1 && ln /h1 /h2 && echo gone >/gone && chmod 4711 /bin/cat && mkfifo /pipe
      RUN rm /gone /l && mkdir /l && echo more >>/file && chown 33:34 /l && touch -d @1000000 /file
      ENV A=b
      CMD ["it"]
      """;

  private static final String SHOW =
      """
      cd /; stat -c '%n %A %u:%g %s %F' d/* d/sub/* e l file again pipe bin/cat
      stat -c %Y file; cat file d/sub/n e; ls -A l d/sub; test ! -e gone && test ! -e d/a && test h1 -ef h2
      """;

  private final String image;
  private DockerCli docker;
  private Path context = Path.of("/");

  SquashIT(Engine engine) {
    image = engine.registry().ref("busybox");
    docker = engine.docker();
  }

  private Result build(String dockerfile, String... options) throws IOException {
    Files.writeString(context.resolve("Dockerfile"), dockerfile);
    List<String> words = new java.util.ArrayList<>(List.of("docker", "build", "--squash"));
    words.addAll(List.of(options));
    words.add(context.toString());
    return docker.with(words.toArray(String[]::new)).env("DOCKER_BUILDKIT", "0").run();
  }

  @ParameterizedTest
  @ValueSource(strings = {"overlay2", "overlay", "vfs"})
  void theNewLayersBecomeOne(String driver) throws IOException {
    try (DaemonFixture daemon = DaemonFixture.start("--experimental", "--storage-driver", driver)) {
      docker = daemon.docker();
      docker.ok("pull", "-q", image);
      docker.ok("tag", image, "busybox");
      context = Files.createTempDirectory("layerd-it-squash");
      try {
        Files.writeString(context.resolve("file"), "of the context\n");
        likeTheLayers();
        withoutBase();
        withoutLayers();
        forOldClients(daemon);
      } finally {
        Command.of("rm", "-rf", context.toString()).run().ok();
      }
    }
  }

  private void likeTheLayers() throws IOException {
    Path id = context.resolve("id");
    String squashed =
        build(DOCKERFILE, "-q", "-t", "squashed", "--iidfile", id.toString()).ok().line();
    assertThat(docker.ok("inspect", "-f", "{{.Id}}", "squashed")).isEqualTo(squashed);
    assertThat(Files.readString(id).strip()).isEqualTo(squashed);
    String whole = fromCache();
    String base = docker.ok("inspect", "-f", "{{.Parent}}", parentOf("COPY file:", whole));
    assertThat(docker.ok("inspect", "-f", "{{len .RootFS.Layers}}", "squashed")).isEqualTo("3");
    assertThat(docker.ok("inspect", "-f", "{{len .RootFS.Layers}}", whole)).isEqualTo("6");
    String below = docker.ok("inspect", "-f", LAYERS, base);
    assertThat(docker.ok("inspect", "-f", LAYERS, "squashed"))
        .startsWith(below.substring(0, below.length() - 1));
    assertThat(docker.ok("run", "--rm", "squashed", "sh", "-c", SHOW))
        .isEqualTo(docker.ok("run", "--rm", whole, "sh", "-c", SHOW))
        .contains("of the context", "more", "again -rw-r--r-- 0:0 15 regular file");
    assertThat(docker.ok("inspect", "-f", "{{json .Config}}", "squashed"))
        .isEqualTo(docker.ok("inspect", "-f", "{{json .Config}}", whole));
    assertThat(docker.ok("inspect", "-f", "{{.Parent}}|{{.Comment}}", "squashed"))
        .isEqualTo("|merge " + whole + " to " + base);
    List<String> history =
        docker.ok("history", "--no-trunc", "--format", HISTORY, "squashed").lines().toList();
    assertThat(history.getFirst())
        .startsWith(squashed + "||")
        .endsWith("|merge " + whole + " to " + base);
    assertThat(history.subList(1, 7)).allMatch(line -> line.contains("|0B|"));
    assertThat(history.get(1)).isEqualTo("<missing>|/bin/sh -c #(nop)  CMD [\"it\"]|0B|");
    assertThat(history.get(7)).contains("mkdir -p /d/sub").doesNotContain("|0B|");
  }

  /** The image with all its layers, which the cache keeps. */
  private String fromCache() throws IOException {
    String said = build(DOCKERFILE, "-t", "again").ok().out();
    assertThat(said.lines().filter(" ---> Using cache"::equals)).hasSize(7);
    String comment = docker.ok("inspect", "-f", "{{.Comment}}", "again");
    return comment.split(" ")[1];
  }

  /** The image that a step of an image's history made. */
  private String parentOf(String step, String whole) {
    return docker
        .ok("history", "--no-trunc", "--format", "{{.ID}}|{{.CreatedBy}}", whole)
        .lines()
        .filter(line -> line.contains(step))
        .findFirst()
        .orElseThrow()
        .split("\\|")[0];
  }

  private void withoutBase() throws IOException {
    build("FROM scratch\nCOPY file /a\nCOPY file /b\nENV C=d\n", "-t", "alone").ok();
    assertThat(docker.ok("inspect", "-f", "{{len .RootFS.Layers}}|{{.Comment}}", "alone"))
        .startsWith("1|create new from sha256:");
    String undone = "FROM busybox\nRUN echo 1 >/new\nRUN rm /new\n";
    build(undone, "-t", "undone").ok();
    assertThat(docker.ok("inspect", "-f", "{{len .RootFS.Layers}}", "undone")).isEqualTo("2");
    docker.ok("run", "--rm", "undone", "test", "!", "-e", "/new");
    build(
            "FROM busybox AS one\nRUN echo 1 >/1\nRUN echo 2 >/2\nFROM one\nRUN exit 3\n",
            "--target",
            "one",
            "-t",
            "target")
        .ok();
    assertThat(docker.ok("inspect", "-f", "{{len .RootFS.Layers}}", "target")).isEqualTo("2");
  }

  private void withoutLayers() throws IOException {
    Result nothing = build("FROM busybox\nENV A=b\n", "-t", "nothing");
    assertThat(nothing.exit()).isEqualTo(1);
    assertThat(nothing.err())
        .contains("error squashing image: error getting tar stream to parent: layer ID 'sha256:")
        .contains("' is not a parent of the specified layer: cannot provide diff to non-parent");
    assertThat(docker.run("inspect", "nothing").exit()).isNotZero();
    assertThat(build("FROM scratch\nENV A=b\n").err())
        .contains("error squashing image: error getting image layer: layer does not exist");
    assertThat(build("FROM busybox\nRUN exit 3\n").err()).contains("returned a non-zero code: 3");
  }

  /** What BuildKit builds has no base to dockerd: all its layers become one. */
  private void forOldClients(DaemonFixture daemon) throws IOException {
    String call =
        "tar -C "
            + context
            + " -cf - Dockerfile file | curl -s --unix-socket "
            + daemon.host().replace("unix://", "")
            + " -H 'Content-Type: application/x-tar' --data-binary @-"
            + " 'http://d/build?version=2&squash=1&t=kit' | grep -v trace";
    Files.writeString(context.resolve("Dockerfile"), "FROM busybox\nCOPY file /kit\n");
    List<String> ids = docker.with("bash", "-c", call).run().ok().out().lines().toList();
    assertThat(ids).hasSize(2).allMatch(line -> line.contains("moby.image.id"));
    String one = ids.getLast().replaceAll(".*(sha256:[0-9a-f]*).*", "$1");
    String two = ids.getFirst().replaceAll(".*(sha256:[0-9a-f]*).*", "$1");
    assertThat(docker.ok("inspect", "-f", "{{.Id}}", "kit")).isEqualTo(two);
    assertThat(docker.ok("inspect", "-f", "{{len .RootFS.Layers}} {{.Comment}}", one))
        .isEqualTo("1 create new from " + two);
    docker.ok("run", "--rm", one, "cat", "/kit");
  }
}
