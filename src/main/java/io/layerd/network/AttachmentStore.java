package io.layerd.network;

import io.layerd.error.SystemFailure;
import io.layerd.spec.SpecJson;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The attachments, in memory and in {@code <exec-root>/network/<container id>.json}. The files are
 * renamed into place but not synced: they are about namespaces and rules, which a power cut ends
 * too.
 */
final class AttachmentStore {
  private static final Logger LOG = Logger.getLogger(AttachmentStore.class);

  private final Path directory;
  private final ConcurrentHashMap<String, AttachmentState> states = new ConcurrentHashMap<>();

  private AttachmentStore(Path directory) {
    this.directory = directory;
  }

  /** Reads what an earlier daemon left; a file that is not whole is from a power cut. */
  static AttachmentStore open(Path directory) {
    AttachmentStore store = new AttachmentStore(directory);
    try {
      Files.createDirectories(directory);
      try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.{json,tmp}")) {
        for (Path file : files) {
          store.load(file);
        }
      }
    } catch (IOException e) {
      throw new SystemFailure("cannot read " + directory + ": " + e.getMessage(), e);
    }
    return store;
  }

  private void load(Path file) throws IOException {
    if (file.toString().endsWith(".tmp")) {
      Files.deleteIfExists(file);
      return;
    }
    try {
      AttachmentState state = SpecJson.MAPPER.readValue(file.toFile(), AttachmentState.class);
      if (state.bootId().equals(bootId())) {
        states.put(state.containerId(), state);
      } else {
        Files.deleteIfExists(file);
      }
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      LOG.warnf("%s is not readable and is dropped: %s", file, e.getMessage());
      Files.deleteIfExists(file);
    }
  }

  static String bootId() {
    try {
      return ProcFile.read(Path.of("/proc/sys/kernel/random/boot_id"));
    } catch (IOException e) {
      throw new SystemFailure("cannot read the boot id: " + e.getMessage(), e);
    }
  }

  Collection<AttachmentState> all() {
    return List.copyOf(states.values());
  }

  @Nullable AttachmentState find(String containerId) {
    return states.get(containerId);
  }

  void put(AttachmentState state) {
    Path file = file(state.containerId());
    Path temporary = file.resolveSibling(state.containerId() + ".tmp");
    try {
      Files.write(temporary, SpecJson.MAPPER.writeValueAsBytes(state));
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new SystemFailure("cannot write " + file + ": " + e.getMessage(), e);
    }
    states.put(state.containerId(), state);
  }

  void remove(String containerId) {
    try {
      Files.deleteIfExists(file(containerId));
    } catch (IOException e) {
      throw new SystemFailure("cannot remove " + file(containerId) + ": " + e.getMessage(), e);
    }
    states.remove(containerId);
  }

  private Path file(String containerId) {
    return directory.resolve(containerId + ".json");
  }
}
