package io.layerd.fsck;

import io.layerd.error.EngineException;
import io.layerd.oci.ChainId;
import io.layerd.oci.DiffId;
import io.layerd.oci.Digest;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** Reads {@code layerdb/sha256}. */
final class LayerEntries {
  private final DriverHome home;
  private final Set<String> inUse;
  private final Findings findings;
  private final Map<ChainId, Entry> entries = new LinkedHashMap<>();

  /**
   * @param inUse names of the layers that containers stand on: a container may hold the only copy
   *     of somebody's work, so these stay
   */
  LayerEntries(DriverHome home, Set<String> inUse, Findings findings) {
    this.home = home;
    this.inUse = inUse;
    this.findings = findings;
  }

  /** The layers that can be read and have all their parents. */
  Map<ChainId, Entry> read(Path chains) throws IOException {
    if (Files.isDirectory(chains)) {
      try (DirectoryStream<Path> names = Files.newDirectoryStream(chains)) {
        for (Path path : names) {
          readOne(path);
        }
      }
    }
    dropOrphans(entries);
    return entries;
  }

  private void readOne(Path path) {
    String name = String.valueOf(path.getFileName());
    if (name.endsWith("-removing")) {
      findings.leftover(path, "a layer whose removal was not finished");
      return;
    }
    try {
      ChainId id = ChainId.parse("sha256:" + name);
      DiffId diffId = DiffId.parse(TextFile.read(path.resolve("diff")));
      ChainId parent = parent(path);
      if (!ChainId.of(parent, diffId).equals(id)) {
        throw new IOException("its diff ID and parent do not make its chain ID");
      }
      String cacheId = TextFile.read(path.resolve("cache-id"));
      long size = Long.parseLong(TextFile.read(path.resolve("size")));
      requireGzip(path.resolve("tar-split.json.gz"));
      entries.put(id, new Entry(path, id, diffId, parent, cacheId, size));
    } catch (IOException | EngineException | NumberFormatException e) {
      add(path, String.valueOf(e.getMessage()));
    }
  }

  private static @Nullable ChainId parent(Path path) throws IOException {
    Path file = path.resolve("parent");
    return Files.exists(file) ? ChainId.parse(TextFile.read(file)) : null;
  }

  private static void requireGzip(Path file) throws IOException {
    if (!Files.exists(file)) {
      throw new IOException("tar-split.json.gz is missing");
    }
    try (var in = new GZIPInputStream(Files.newInputStream(file))) {
      if (in.read() != '{') {
        throw new IOException("is no record");
      }
    } catch (IOException e) {
      throw new IOException("tar-split.json.gz: " + e.getMessage(), e);
    }
  }

  /** Takes layers without their parents out. */
  void dropOrphans(Map<ChainId, Entry> entries) {
    boolean changed = true;
    while (changed) {
      changed = false;
      for (Entry entry : java.util.List.copyOf(entries.values())) {
        ChainId parent = entry.parent();
        if (parent != null && !entries.containsKey(parent)) {
          entries.remove(entry.id());
          changed = true;
          add(entry.directory(), "its parent " + parent + " is missing or damaged");
        }
      }
    }
  }

  boolean inUse(Entry entry) {
    return inUse.contains(entry.id().digest().hex());
  }

  /** Adds what is wrong with a layer. */
  void add(Path entry, String text) {
    String name = String.valueOf(entry.getFileName());
    String subject = "layer sha256:" + name;
    findings.add(
        inUse.contains(name)
            ? Problem.of(
                subject, text, "containers stand on it: remove them and the image, and pull")
            : new Problem(subject, text, new Problem.Cure.Quarantine(entry, files(entry))),
        entry);
  }

  private @Nullable Path files(Path entry) {
    try {
      String cacheId = TextFile.read(entry.resolve("cache-id"));
      return Fsck.LAYER_ID.matcher(cacheId).matches() ? home.directories().resolve(cacheId) : null;
    } catch (IOException e) {
      return null;
    }
  }

  /** The digest a file is named after, checked. */
  static void requireDigest(Path file, byte[] content) throws IOException {
    if (!Digest.of(content).hex().equals(String.valueOf(file.getFileName()))) {
      throw new IOException("its content has another digest");
    }
  }
}
