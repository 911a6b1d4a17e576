package io.layerd.container;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.layerd.durable.AtomicFiles;
import io.layerd.error.SystemFailure;
import io.layerd.spec.HostConfig;
import io.layerd.spec.SpecJson;
import io.layerd.sys.Sys;
import io.layerd.sys.Trees;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * The directories {@code <data-root>/containers/<id>}, as dockerd has them.
 *
 * <p>Crash rule: a container exists once its {@code config.v2.json} does, and is gone once its
 * directory was renamed to {@code <id>-removing}; {@link #sweep} ends what a crash interrupted.
 */
final class ContainerFiles {
  private static final Logger LOG = Logger.getLogger(ContainerFiles.class);
  private static final String REMOVING = "-removing";
  private static final ObjectMapper JSON = SpecJson.MAPPER;
  private static final FileAttribute<?> DIRECTORY_MODE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx--x---"));
  private static final int PRIVATE = 0600;
  private static final byte[] NOTHING = {'{', '}'};

  private final Sys sys;
  private final AtomicFiles atomic;
  private final Path root;
  private final String defaultRuntime;

  /**
   * @param defaultRuntime what runs a container that names no runtime
   */
  ContainerFiles(Path dataRoot, Sys sys, String defaultRuntime) {
    this.sys = sys;
    this.atomic = new AtomicFiles(sys.outside());
    this.defaultRuntime = defaultRuntime;
    root = dataRoot.resolve("containers");
    try {
      Files.createDirectories(root, DIRECTORY_MODE);
      sys.letPass(bytes(root));
    } catch (IOException e) {
      throw new SystemFailure("cannot create " + root + ": " + reason(e), e);
    }
  }

  Path directory(String id) {
    return root.resolve(id);
  }

  /** Makes the directory of a new container. */
  Path create(String id) {
    Path directory = directory(id);
    try {
      Files.createDirectory(directory, DIRECTORY_MODE);
      sys.letPass(bytes(directory));
      Files.createDirectory(
          directory.resolve("checkpoints"),
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      return directory;
    } catch (IOException e) {
      throw new SystemFailure("cannot create " + directory + ": " + reason(e), e);
    }
  }

  /** Writes both files; durable on return. */
  void saveAll(Container container) {
    write(container.file("hostconfig.json"), json(portable(container.host)));
    write(container.file("config.v2.json"), json(container.stored()));
  }

  /**
   * A default runtime that dockerd does not know by this name is left to whichever daemon starts
   * the container.
   */
  private HostConfig portable(HostConfig host) {
    return host.runtime().equals(defaultRuntime) && !host.runtime().equals("runc")
        ? SpecJson.change(host, HostConfig.class, Map.of("Runtime", ""))
        : host;
  }

  /** Reads {@code hostconfig.json}; what {@link #portable} left out is put back. */
  private HostConfig host(byte[] content) throws IOException {
    JsonNode tree = JSON.readTree(content);
    if (!(tree instanceof ObjectNode host)) {
      throw new IOException("hostconfig.json is not a JSON object");
    }
    if (host.path("Runtime").asText().isEmpty()) {
      host.put("Runtime", defaultRuntime);
    }
    return SpecJson.read(host, HostConfig.class);
  }

  /** Writes the state; durable on return. */
  void save(Container container) {
    write(container.file("config.v2.json"), json(container.stored()));
  }

  /** Writes a file that is made anew on every start, and that is the container's. */
  void writePlain(Path file, String content) {
    try {
      Files.writeString(file, content);
      if (!sys.mappings().isNone()) {
        sys.lchownat(Sys.AT_FDCWD, bytes(file), 0, 0);
      }
    } catch (IOException e) {
      throw new SystemFailure("cannot write " + file + ": " + reason(e), e);
    }
  }

  private static byte[] json(Object value) {
    try {
      return JSON.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private void write(Path file, byte[] content) {
    try {
      atomic.write(file, content, PRIVATE);
    } catch (IOException e) {
      throw new SystemFailure("cannot write " + file + ": " + reason(e), e);
    }
  }

  /** Ids of all containers on disk, those that cannot be read included: their layers must stay. */
  Set<String> ids() {
    Set<String> ids = new HashSet<>();
    try (DirectoryStream<Path> directories = Files.newDirectoryStream(root)) {
      for (Path directory : directories) {
        String name = String.valueOf(directory.getFileName());
        if (!name.endsWith(REMOVING)) {
          ids.add(name);
        }
      }
      return ids;
    } catch (IOException e) {
      throw new SystemFailure("cannot read " + root + ": " + reason(e), e);
    }
  }

  /** Every container on disk; one that cannot be read is logged and left alone. */
  List<Container> load() {
    List<Path> directories = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(root)) {
      for (Path directory : all) {
        if (!directory.getFileName().toString().endsWith(REMOVING)) {
          directories.add(directory);
        }
      }
    } catch (IOException e) {
      throw new SystemFailure("cannot read " + root + ": " + reason(e), e);
    }
    // Hundreds of them are read at a start: every core takes its share.
    return directories.parallelStream().flatMap(directory -> tryLoad(directory).stream()).toList();
  }

  private Optional<Container> tryLoad(Path directory) {
    if (!Files.isDirectory(directory)) {
      return Optional.empty();
    }
    try {
      return Optional.of(load(directory));
    } catch (IOException | RuntimeException e) {
      LOG.errorf("container %s is skipped: %s", directory.getFileName(), reason(e));
      return Optional.empty();
    }
  }

  private Container load(Path directory) throws IOException {
    StoredContainer stored =
        JSON.readValue(
            Files.readAllBytes(directory.resolve("config.v2.json")), StoredContainer.class);
    if (stored == null
        || stored.id() == null
        || !stored.id().equals(directory.getFileName().toString())) {
      throw new IOException("config.v2.json does not belong to this container");
    }
    if (stored.config() == null || stored.state() == null || stored.name() == null) {
      throw new IOException("config.v2.json is incomplete");
    }
    HostConfig host;
    try {
      host = host(Files.readAllBytes(directory.resolve("hostconfig.json")));
    } catch (NoSuchFileException e) {
      host = host(NOTHING);
    }
    return new Container(stored, host, directory);
  }

  /** The moment a container ceases to exist. */
  void beginRemoval(String id) {
    Path from = directory(id);
    try {
      Files.move(from, root.resolve(id + REMOVING), StandardCopyOption.ATOMIC_MOVE);
    } catch (NoSuchFileException e) {
      LOG.debugf("%s was gone already", from);
    } catch (IOException e) {
      throw new SystemFailure("cannot remove " + from + ": " + reason(e), e);
    }
  }

  /** The removal failed further on: the container is back. */
  void undoRemoval(String id) {
    try {
      Files.move(root.resolve(id + REMOVING), directory(id), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      LOG.errorf("cannot restore the directory of container %s: %s", id, reason(e));
    }
  }

  void endRemoval(String id) {
    delete(root.resolve(id + REMOVING));
  }

  /** Deletes the directory of a container that was never completed. */
  void discard(String id) {
    delete(directory(id));
  }

  /** Ends removals that a crash interrupted, and half-made containers. */
  void sweep() {
    try (DirectoryStream<Path> directories = Files.newDirectoryStream(root)) {
      for (Path directory : directories) {
        boolean half =
            Files.isDirectory(directory) && Files.notExists(directory.resolve("config.v2.json"));
        if (directory.getFileName().toString().endsWith(REMOVING) || half) {
          delete(directory);
        }
      }
    } catch (IOException e) {
      throw new SystemFailure("cannot read " + root + ": " + reason(e), e);
    }
  }

  private static void delete(Path directory) {
    try {
      new Trees(Sys.host()).delete(directory);
    } catch (IOException e) {
      LOG.warnf("cannot delete %s: %s; it is tried again at the next start", directory, reason(e));
    }
  }

  private static byte[] bytes(Path path) {
    return path.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static String reason(Exception e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }
}
