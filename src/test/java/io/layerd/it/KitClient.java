package io.layerd.it;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A docker CLI with the buildx plugin, where {@code ./test} could install one, and a context. */
final class KitClient implements AutoCloseable {
  private static final List<Path> PLACES =
      List.of(
          Path.of("target/cli-plugins/docker-buildx"),
          Path.of("/usr/libexec/docker/cli-plugins/docker-buildx"),
          Path.of("/usr/lib/docker/cli-plugins/docker-buildx"));

  private final Engine engine;
  private final DockerCli docker;
  private final Path context;

  private KitClient(Engine engine, Path plugin) throws IOException {
    this.engine = engine;
    docker = DockerCli.of(engine.docker().host());
    Path plugins = Files.createDirectories(docker.config().resolve("cli-plugins"));
    Files.createSymbolicLink(plugins.resolve("docker-buildx"), plugin.toAbsolutePath());
    context = engine.directory();
  }

  /** Skips the test if there is no plugin. */
  static KitClient of(Engine engine) throws IOException {
    Path plugin = PLACES.stream().filter(Files::isExecutable).findFirst().orElse(null);
    assumeTrue(plugin != null, "no buildx plugin on this machine");
    return new KitClient(engine, plugin);
  }

  DockerCli docker() {
    return docker;
  }

  Path context() {
    return context;
  }

  void file(String name, String content) throws IOException {
    Path file = context.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }

  /** The words of a build; FROM busybox means the image of the tests. */
  String[] words(String dockerfile, String... flags) throws IOException {
    file("Dockerfile", dockerfile.replace("FROM busybox", "FROM " + engine.busybox()));
    List<String> words = new ArrayList<>(List.of("docker", "build", "--progress=plain"));
    words.addAll(List.of(flags));
    words.add(context.toString());
    return words.toArray(String[]::new);
  }

  Result build(String dockerfile, String... flags) throws IOException {
    return docker.with(words(dockerfile, flags)).run();
  }

  /** Runs a program in the image {@code it-kit}. */
  String run(String... command) {
    List<String> words = new ArrayList<>(List.of("run", "--rm", "it-kit"));
    words.addAll(List.of(command));
    return docker.ok(words.toArray(String[]::new));
  }

  /** Removes everything that builds made, so that the next one finds nothing. */
  void forget() {
    docker
        .with(
            "bash",
            "-c",
            "docker images --format '{{.Repository}}:{{.Tag}}' | grep it-kit"
                + " | xargs -r docker rmi -f >/dev/null; docker image prune -f >/dev/null;"
                + " docker buildx prune -f >/dev/null")
        .run()
        .ok();
  }

  @Override
  public void close() {
    forget();
    Command.of("rm", "-rf", context.toString(), docker.config().toString()).run();
  }
}
