package io.layerd.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The unmodified docker CLI, pointed at one daemon, with a configuration directory of its own. */
final class DockerCli {
  private final String host;
  private final Path config;

  DockerCli(String host, Path config) {
    this.host = host;
    this.config = config;
  }

  static DockerCli of(String host) {
    try {
      return new DockerCli(host, Files.createTempDirectory("layerd-it-cli"));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  String host() {
    return host;
  }

  Path config() {
    return config;
  }

  Command command(String... arguments) {
    List<String> words = new ArrayList<>(List.of("docker"));
    words.addAll(List.of(arguments));
    return Command.of(words).env("DOCKER_HOST", host).env("DOCKER_CONFIG", config.toString());
  }

  Result run(String... arguments) {
    return command(arguments).run();
  }

  /** Runs and expects success; answers standard output without its last line break. */
  String ok(String... arguments) {
    return run(arguments).ok().line();
  }

  /** A program with this daemon and configuration in its environment, for terminals and scripts. */
  Command with(String... words) {
    return Command.of(words).env("DOCKER_HOST", host).env("DOCKER_CONFIG", config.toString());
  }
}
