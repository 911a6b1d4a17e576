package io.layerd.it;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The engine that most tests share, a registry with the standard images, and a client. */
final class Engine implements AutoCloseable {
  private final @Nullable DaemonFixture daemon;
  private final DockerCli docker;
  private final RegistryFixture registry;

  Engine() {
    registry = new RegistryFixture();
    RegistryFixture.standardImages().forEach((name, image) -> registry.push(name, "latest", image));
    String other = System.getProperty("layerd.it.host", "");
    daemon = other.isEmpty() ? DaemonFixture.start() : null;
    docker = DockerCli.of(daemon == null ? other : daemon.host());
    for (String name : List.of("busybox", "configured")) {
      docker.ok("pull", "-q", registry.ref(name));
      docker.ok("tag", registry.ref(name), "it-" + name);
    }
  }

  /** Not there when the tests run against another engine. */
  @Nullable DaemonFixture daemon() {
    return daemon;
  }

  DockerCli docker() {
    return docker;
  }

  Http http() {
    return Http.of(docker.host());
  }

  RegistryFixture registry() {
    return registry;
  }

  /** The local name of the busybox image. */
  String busybox() {
    return "it-busybox";
  }

  /** A directory on the host that containers can be shown. */
  Path directory() {
    try {
      Path directory = Files.createTempDirectory(Path.of("/tmp"), "layerd-it-host");
      return Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    } catch (java.io.IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    if (daemon == null) {
      for (String name : List.of("busybox", "configured")) {
        docker.run("rmi", "-f", "it-" + name, registry.ref(name));
      }
    } else {
      daemon.close();
    }
    registry.close();
    Command.of("rm", "-rf", docker.config().toString()).run();
  }
}
