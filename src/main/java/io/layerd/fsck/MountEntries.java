package io.layerd.fsck;

import io.layerd.error.EngineException;
import io.layerd.oci.ChainId;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Checks {@code layerdb/mounts}: the read-write layers of containers. */
final class MountEntries {
  private final Path containers;
  private final Map<ChainId, Entry> layers;
  private final DriverHome home;
  private final Findings findings;
  private final Set<String> referred = new HashSet<>();
  private boolean readable = true;

  MountEntries(Path containers, Map<ChainId, Entry> layers, DriverHome home, Findings findings) {
    this.containers = containers;
    this.layers = layers;
    this.home = home;
    this.findings = findings;
  }

  void check(Path mounts) throws IOException {
    if (!Files.isDirectory(mounts)) {
      return;
    }
    try (DirectoryStream<Path> names = Files.newDirectoryStream(mounts)) {
      for (Path path : names) {
        checkOne(path, String.valueOf(path.getFileName()));
      }
    }
  }

  /** Driver directories that containers have. */
  Set<String> referred() {
    return referred;
  }

  /** Names in {@code layerDb/sha256} of the layers that containers stand on, as far as known. */
  static Set<String> inUse(Path layerDb) throws IOException {
    Set<String> names = new HashSet<>();
    Path mounts = layerDb.resolve("mounts");
    if (Files.isDirectory(mounts)) {
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(mounts)) {
        for (Path entry : entries) {
          addBelow(entry, layerDb.resolve("sha256"), names);
        }
      }
    }
    return names;
  }

  private static void addBelow(Path entry, Path chains, Set<String> names) {
    try {
      Path next = entry;
      while (Files.exists(next.resolve("parent"))) {
        String parent = ChainId.parse(TextFile.read(next.resolve("parent"))).digest().hex();
        if (!names.add(parent)) {
          return;
        }
        next = chains.resolve(parent);
      }
    } catch (IOException | EngineException e) {
      // What is below cannot be known; the entry itself is reported where it is read.
    }
  }

  /** Whether all entries could be read, so that what is not referred to is really nobody's. */
  boolean readable() {
    return readable;
  }

  private void checkOne(Path path, String container) {
    String subject = "container " + container;
    try {
      String mountId = TextFile.read(path.resolve("mount-id"));
      referred.add(mountId);
      String initId = optional(path.resolve("init-id"));
      String parent = optional(path.resolve("parent"));
      String image = null;
      if (parent != null) {
        Entry below = layers.get(ChainId.parse(parent));
        if (below == null) {
          throw new IOException("the layer it stands on is missing or damaged: " + parent);
        }
        image = below.cacheId();
      }
      if (initId != null) {
        referred.add(initId);
        home.check(subject + ", init layer", initId, image, findings);
      }
      home.check(subject, mountId, initId == null ? image : initId, findings);
      requireConfiguration(subject, path, container);
    } catch (IOException | EngineException e) {
      readable = false;
      findings.add(
          Problem.of(
              subject, String.valueOf(e.getMessage()), "remove the container, or pull its image"),
          path);
    }
  }

  private static @Nullable String optional(Path file) throws IOException {
    return Files.exists(file) ? TextFile.read(file) : null;
  }

  private void requireConfiguration(String subject, Path path, String container) {
    if (!Files.exists(containers.resolve(container).resolve("config.v2.json"))) {
      findings.leftover(path, subject + " has a read-write layer and no configuration");
    }
  }
}
