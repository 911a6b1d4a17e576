package io.layerd.image;

import io.layerd.error.EngineException;
import io.layerd.error.SystemFailure;
import io.layerd.image.ImageService.Image;
import io.layerd.layer.Layer;
import io.layerd.layer.LayerStore;
import io.layerd.oci.ChainId;
import io.layerd.oci.Digest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Image configurations under {@code imagedb}, as dockerd keeps them. Each image holds one reference
 * to its top layer. What cannot be read at start is logged and left where it is.
 */
final class ImageDatabase {
  private static final Logger LOG = Logger.getLogger(ImageDatabase.class);
  private static final int FILE_MODE = 0600;
  private static final String HEX64 = "[0-9a-f]{64}";

  private final Path content;
  private final Path metadata;
  private final LayerStore layers;
  private final DurableWriter writer;
  private final TreeMap<String, Image> byHex = new TreeMap<>();
  private final Map<Digest, List<Digest>> children = new HashMap<>();

  ImageDatabase(Path imagedb, LayerStore layers, DurableWriter writer) throws IOException {
    this.content = PrivateDirectories.create(imagedb.resolve("content/sha256"));
    this.metadata = PrivateDirectories.create(imagedb.resolve("metadata/sha256"));
    this.layers = layers;
    this.writer = writer;
    load();
  }

  private synchronized void load() throws IOException {
    List<Path> files;
    try (Stream<Path> list = Files.list(content)) {
      files = list.filter(file -> file.getFileName().toString().matches(HEX64)).toList();
    }
    for (Path file : files) {
      Digest id = new Digest("sha256", file.getFileName().toString());
      try {
        byte[] raw = Files.readAllBytes(file);
        if (!Digest.of(raw).equals(id)) {
          throw new SystemFailure("its content has another digest");
        }
        Image image = ImageParser.parse(raw, readParent(id));
        retain(image);
        remember(image);
      } catch (IOException | EngineException e) {
        LOG.warnf("image %s is left out: %s", id, e.getMessage());
      }
    }
  }

  private void retain(Image image) {
    ChainId chain = image.chainId();
    if (chain != null) {
      layers.retain(chain);
    }
  }

  private void remember(Image image) {
    byHex.put(image.id().hex(), image);
    if (image.parent() != null) {
      children.computeIfAbsent(image.parent(), _ -> new ArrayList<>()).add(image.id());
    }
  }

  synchronized Optional<Image> find(Digest id) {
    return Optional.ofNullable(byHex.get(id.hex()));
  }

  /** The image whose id begins with a text, if there is exactly one. */
  synchronized Optional<Image> search(String text) {
    String prefix = text.startsWith("sha256:") ? text.substring(7) : text;
    if (prefix.isEmpty()) {
      return Optional.empty();
    }
    List<Image> found =
        byHex.tailMap(prefix, true).entrySet().stream()
            .takeWhile(entry -> entry.getKey().startsWith(prefix))
            .limit(2)
            .map(Map.Entry::getValue)
            .toList();
    return found.size() == 1 ? Optional.of(found.getFirst()) : Optional.empty();
  }

  synchronized List<Image> all() {
    return List.copyOf(byHex.values());
  }

  synchronized int count() {
    return byHex.size();
  }

  /** Images made from this one, as far as they are here. */
  synchronized List<Digest> children(Digest id) {
    return List.copyOf(children.getOrDefault(id, List.of()));
  }

  /**
   * Stores a configuration whose layers exist; durable on return. Known already is fine.
   *
   * @throws io.layerd.error.NotFound if a layer is missing
   */
  synchronized Image create(byte[] raw, @Nullable Digest parent, boolean builtLocally) {
    Image image = ImageParser.parse(raw, parent);
    Image known = byHex.get(image.id().hex());
    if (known != null) {
      return known;
    }
    retain(image);
    try {
      Path directory = metadata.resolve(image.id().hex());
      if (parent != null || builtLocally) {
        PrivateDirectories.create(directory);
      }
      if (parent != null) {
        writer.write(directory.resolve("parent"), utf8(parent.toString()), FILE_MODE);
      }
      if (builtLocally) {
        writer.write(directory.resolve("builtLocally"), new byte[] {0}, FILE_MODE);
      }
      writer.write(content.resolve(image.id().hex()), raw, FILE_MODE);
    } catch (IOException e) {
      releaseLayers(image);
      throw new SystemFailure("cannot store image " + image.id() + " in " + content + ": " + e, e);
    }
    remember(image);
    return image;
  }

  /** Deletes an image and returns the layers that went with it, top first. */
  synchronized List<Layer> delete(Image image) {
    try {
      Files.deleteIfExists(content.resolve(image.id().hex()));
      deleteMetadata(image.id());
    } catch (IOException e) {
      throw new SystemFailure("cannot delete image " + image.id() + " in " + content + ": " + e, e);
    }
    byHex.remove(image.id().hex());
    if (image.parent() != null) {
      List<Digest> siblings = children.get(image.parent());
      if (siblings != null) {
        siblings.remove(image.id());
        if (siblings.isEmpty()) {
          children.remove(image.parent());
        }
      }
    }
    return releaseLayers(image);
  }

  private List<Layer> releaseLayers(Image image) {
    ChainId chain = image.chainId();
    return chain == null ? List.of() : layers.release(chain);
  }

  private void deleteMetadata(Digest id) throws IOException {
    Path directory = metadata.resolve(id.hex());
    if (!Files.isDirectory(directory)) {
      return;
    }
    try (Stream<Path> list = Files.list(directory)) {
      for (Path file : list.toList()) {
        Files.deleteIfExists(file);
      }
    }
    Files.deleteIfExists(directory);
  }

  private @Nullable Digest readParent(Digest id) throws IOException {
    Path file = metadata.resolve(id.hex()).resolve("parent");
    return Files.exists(file) ? Digest.parse(Files.readString(file).strip()) : null;
  }

  /** Writes down that the image got a name just now. */
  void markTagged(Digest id) {
    Path directory = metadata.resolve(id.hex());
    try {
      PrivateDirectories.create(directory);
      String now = Instant.now().toString();
      writer.write(directory.resolve("lastUpdated"), utf8(now), FILE_MODE);
    } catch (IOException e) {
      throw new SystemFailure("cannot write to " + directory + ": " + e, e);
    }
  }

  Optional<Instant> lastTagged(Digest id) {
    Path file = metadata.resolve(id.hex()).resolve("lastUpdated");
    try {
      return Files.exists(file)
          ? Optional.of(Instant.parse(Files.readString(file).strip()))
          : Optional.empty();
    } catch (IOException | java.time.format.DateTimeParseException e) {
      return Optional.empty();
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
