package io.layerd.volume;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.layerd.durable.AtomicFiles;
import io.layerd.error.SystemFailure;
import io.layerd.sys.Sys;
import io.layerd.sys.Trees;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Volumes on disk, as dockerd lays them out. A volume gets its name by a rename and loses it by
 * one, so that a killed daemon leaves it whole or absent; names that begin with a dot are staging.
 */
final class VolumeDirectory {
  private static final String DATA = "_data";
  private static final String RECORD = "layerd.json";
  private static final String OPTIONS = "opts.json";
  private static final String NEW = ".new-";
  private static final String REMOVED = ".removed-";

  private static final ObjectMapper JSON =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  private final Path root;
  private final Sys sys;
  private final AtomicFiles files;
  private final Trees deletion;

  VolumeDirectory(Path root, Sys sys) {
    this.root = root;
    this.sys = sys;
    this.files = new AtomicFiles(sys.outside());
    this.deletion = new Trees(sys);
  }

  /** Makes the directory; deletes what a killed daemon had begun or had begun to delete. */
  void open() throws IOException {
    if (!Files.isDirectory(root)) {
      Files.createDirectories(root.getParent());
      directory(root, "rwx-----x");
    }
    try (DirectoryStream<Path> names = Files.newDirectoryStream(root, ".{new,removed}-*")) {
      for (Path name : names) {
        deleteTree(name);
      }
    }
  }

  Path data(String name) {
    return root.resolve(name).resolve(DATA);
  }

  /** All volumes, those that real dockerd made as well, by name. */
  List<Volume> list() throws IOException {
    List<Volume> volumes = new ArrayList<>();
    try (DirectoryStream<Path> names = Files.newDirectoryStream(root)) {
      for (Path name : names) {
        find(name.getFileName().toString()).ifPresent(volumes::add);
      }
    }
    volumes.sort(Comparator.comparing(Volume::name));
    return volumes;
  }

  Optional<Volume> find(String name) {
    if (!VolumeNames.isValid(name) || !Files.isDirectory(data(name), LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    Path directory = root.resolve(name);
    try {
      VolumeRecord record = read(directory.resolve(RECORD), VolumeRecord.class);
      Instant created =
          record == null
              ? Files.getLastModifiedTime(directory).toInstant()
              : Instant.parse(record.created());
      return Optional.of(
          new Volume(
              name,
              "local",
              data(name),
              created,
              record == null ? Map.of() : record.labels(),
              options(name).asMap(),
              record != null && record.anonymous()));
    } catch (NoSuchFileException e) {
      return Optional.empty(); // removed meanwhile
    } catch (IOException e) {
      throw new SystemFailure("cannot read volume " + name + ": " + e.getMessage(), e);
    }
  }

  LocalOptions options(String name) throws IOException {
    LocalOptions options = read(root.resolve(name).resolve(OPTIONS), LocalOptions.class);
    return options == null ? LocalOptions.NONE : options;
  }

  private static <T> @Nullable T read(Path file, Class<T> type) throws IOException {
    return Files.exists(file) ? JSON.readValue(file.toFile(), type) : null;
  }

  /** Durable on return. */
  void create(String name, LocalOptions options, VolumeRecord record) throws IOException {
    Path staging = root.resolve(NEW + VolumeNames.random());
    try {
      directory(staging, "rwx-----x");
      Path data = staging.resolve(DATA);
      directory(data, "rwxr-xr-x");
      if (!sys.mappings().isNone()) {
        sys.lchownat(Sys.AT_FDCWD, data.toString().getBytes(StandardCharsets.UTF_8), 0, 0);
      }
      if (options.isMounted()) {
        files.write(staging.resolve(OPTIONS), JSON.writeValueAsBytes(options), 0600);
      }
      files.write(staging.resolve(RECORD), JSON.writeValueAsBytes(record), 0600);
      files.rename(staging, root.resolve(name));
    } catch (IOException e) {
      deleteTree(staging);
      throw e;
    }
  }

  /** Takes the name away; the volume is gone after a crash too. {@link #delete} frees the space. */
  Path detach(String name) throws IOException {
    Path removed = root.resolve(REMOVED + VolumeNames.random());
    files.rename(root.resolve(name), removed);
    return removed;
  }

  void delete(Path detached) throws IOException {
    deleteTree(detached);
  }

  Path directory(String name) {
    return root.resolve(name);
  }

  private static void directory(Path path, String mode) throws IOException {
    Files.createDirectory(path);
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
  }

  private void deleteTree(Path path) throws IOException {
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      deletion.delete(path);
    }
  }
}
