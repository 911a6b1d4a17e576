package io.layerd.layer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.layerd.durable.AtomicFiles;
import io.layerd.durable.Failpoint;
import io.layerd.durable.WriteSet;
import io.layerd.error.InvalidParameter;
import io.layerd.oci.ChainId;
import io.layerd.oci.Descriptor;
import io.layerd.oci.DiffId;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The files of {@code image/<driver>/layerdb/sha256}: what a chain ID is made of. */
final class LayerDb {
  private static final Logger LOG = Logger.getLogger(LayerDb.class);
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String TAR_SPLIT = "tar-split.json.gz";
  private static final int CHAIN_MODE = 0700;
  private static final String REMOVING = "-removing";

  /**
   * A layer that cannot be used.
   *
   * @param cacheId its directory, which must stay; null if that is not known either
   */
  record Damaged(String chain, String reason, @Nullable String cacheId) {}

  private final AtomicFiles files;
  private final Path chains;
  private final Path staging;
  private final List<Damaged> damaged = new CopyOnWriteArrayList<>();

  LayerDb(AtomicFiles files, Path root) throws IOException {
    this.files = files;
    this.chains = root.resolve("sha256");
    this.staging = root.resolve("tmp");
    // image and image/<driver> above get the same private mode as layerdb.
    files.createDirectories(root, 0700);
    files.createDirectories(chains, 0755);
    files.createDirectories(staging, 0755);
  }

  /** Begins the write-set of a layer. */
  WriteSet begin() throws IOException {
    return files.begin(staging);
  }

  Path staging() {
    return staging;
  }

  static String tarSplitName() {
    return TAR_SPLIT;
  }

  /** Publishes a write-set under its chain ID. */
  void publish(Path writeSet, Layer layer, @Nullable Descriptor descriptor) throws IOException {
    files.create(writeSet.resolve("diff"), ascii(layer.diffId().toString()), 0644);
    files.create(writeSet.resolve("size"), ascii(String.valueOf(layer.sizeBytes())), 0644);
    files.create(writeSet.resolve("cache-id"), ascii(layer.cacheId()), 0644);
    if (layer.parent() != null) {
      files.create(writeSet.resolve("parent"), ascii(layer.parent().toString()), 0644);
    }
    if (descriptor != null) {
      files.create(writeSet.resolve("descriptor.json"), json(descriptor), 0644);
    }
    // A damaged entry that was not loaded may hold the name.
    remove(layer.chainId());
    files.publish(writeSet, directory(layer.chainId()), CHAIN_MODE);
  }

  private static byte[] json(Descriptor descriptor) throws JsonProcessingException {
    return JSON.writeValueAsBytes(descriptor);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
  }

  /**
   * Takes a layer out of the published ones; what is left is deleted now or by the next start.
   *
   * @throws IOException if the layer still has its name
   */
  void remove(ChainId id) throws IOException {
    byte[] random = new byte[8];
    new SecureRandom().nextBytes(random);
    Path directory = directory(id);
    if (!Files.exists(directory)) {
      return;
    }
    Path removing =
        chains.resolve(id.digest().hex() + "-" + HexFormat.of().formatHex(random) + REMOVING);
    try {
      files.rename(directory, removing);
      Failpoint.LAYER_UNPUBLISHED.reached();
      SmallDirectories.delete(removing);
    } catch (IOException e) {
      if (Files.exists(directory)) {
        throw e;
      }
      LOG.warnf("Layer %s is not quite removed, the next start will: %s", id, e.getMessage());
    }
  }

  InputStream tarSplit(ChainId id) throws IOException {
    return Files.newInputStream(directory(id).resolve(TAR_SPLIT));
  }

  /** Every readable layer; a damaged one is named in the log and left where it is. */
  List<Layer> load() throws IOException {
    List<Layer> layers = new ArrayList<>();
    try (DirectoryStream<Path> paths = Files.newDirectoryStream(chains)) {
      for (Path path : paths) {
        String name = String.valueOf(path.getFileName());
        if (name.endsWith(REMOVING)) {
          continue;
        }
        try {
          layers.add(read(ChainId.parse("sha256:" + name), path));
        } catch (IOException | InvalidParameter | NumberFormatException e) {
          LOG.errorf("Layer %s is damaged and not used: %s", name, e.getMessage());
          damaged.add(new Damaged(name, String.valueOf(e.getMessage()), cacheId(path)));
        }
      }
    }
    return layers;
  }

  private static @Nullable String cacheId(Path path) {
    try {
      String cacheId = Files.readString(path.resolve("cache-id")).strip();
      return cacheId.isEmpty() ? null : cacheId;
    } catch (IOException e) {
      return null;
    }
  }

  /** What {@link #load} could not read. */
  List<Damaged> damaged() {
    return List.copyOf(damaged);
  }

  private static Layer read(ChainId id, Path path) throws IOException {
    Path parentFile = path.resolve("parent");
    ChainId parent =
        Files.exists(parentFile) ? ChainId.parse(Files.readString(parentFile).strip()) : null;
    DiffId diffId = DiffId.parse(Files.readString(path.resolve("diff")).strip());
    if (!ChainId.of(parent, diffId).equals(id)) {
      throw new InvalidParameter("its diff ID and parent do not make its chain ID");
    }
    String cacheId = Files.readString(path.resolve("cache-id")).strip();
    if (cacheId.isEmpty()) {
      throw new InvalidParameter("its cache-id is empty");
    }
    long size = Long.parseLong(Files.readString(path.resolve("size")).strip());
    return new Layer(id, diffId, parent, cacheId, size);
  }

  /** Deletes write-sets and half-deleted layers that a killed daemon left. */
  void sweep() throws IOException {
    try (DirectoryStream<Path> paths = Files.newDirectoryStream(staging)) {
      for (Path path : paths) {
        if (!String.valueOf(path.getFileName()).startsWith(Unclaimed.PREFIX)) {
          SmallDirectories.delete(path);
        }
      }
    }
    try (DirectoryStream<Path> paths = Files.newDirectoryStream(chains, "*" + REMOVING)) {
      for (Path path : paths) {
        SmallDirectories.delete(path);
      }
    }
  }

  private Path directory(ChainId id) {
    return chains.resolve(id.digest().hex());
  }
}
