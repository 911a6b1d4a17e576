package io.layerd.image;

import io.layerd.durable.Failpoint;
import io.layerd.error.EngineException;
import io.layerd.error.InvalidParameter;
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
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
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

  /** Written with this object's lock held, read without: a reader never waits for a disk. */
  private final ConcurrentSkipListMap<String, Image> byHex = new ConcurrentSkipListMap<>();

  private final Map<Digest, List<Digest>> children = new HashMap<>();
  private final Map<Digest, String> damaged = new TreeMap<>(Comparator.comparing(Digest::hex));

  ImageDatabase(Path imagedb, LayerStore layers, DurableWriter writer) throws IOException {
    this.content = PrivateDirectories.create(imagedb.resolve("content/sha256"));
    this.metadata = PrivateDirectories.create(imagedb.resolve("metadata/sha256"));
    this.layers = layers;
    this.writer = writer;
    load();
  }

  private synchronized void load() throws IOException {
    sweepMetadata();
    List<Path> files;
    try (Stream<Path> list = Files.list(content)) {
      files = list.filter(file -> file.getFileName().toString().matches(HEX64)).toList();
    }
    // Reading and parsing is most of a start with many images, so every core takes its share.
    for (Loaded one : files.parallelStream().map(this::read).toList()) {
      try {
        Image image = one.image();
        retain(image);
        remember(image);
      } catch (EngineException e) {
        LOG.errorf("image %s is damaged and left out: %s", one.id(), e.getMessage());
        damaged.put(one.id(), String.valueOf(e.getMessage()));
      }
    }
  }

  /** What was written beside an image that a kill kept from being made, or from going whole. */
  private void sweepMetadata() {
    try (Stream<Path> list = Files.list(metadata)) {
      for (Path directory : list.toList()) {
        String hex = directory.getFileName().toString();
        if (hex.matches(HEX64) && Files.notExists(content.resolve(hex))) {
          deleteMetadata(new Digest("sha256", hex));
        }
      }
    } catch (IOException e) {
      LOG.warnf("cannot sweep %s: %s", metadata, e.getMessage());
    }
  }

  /** An image as read, or why it cannot be. */
  private record Loaded(Digest id, @Nullable Image read, @Nullable EngineException failure) {
    Image image() {
      if (read == null) {
        throw failure == null ? new SystemFailure("not read") : failure;
      }
      return read;
    }
  }

  private Loaded read(Path file) {
    Digest id = new Digest("sha256", file.getFileName().toString());
    try {
      byte[] raw = Files.readAllBytes(file);
      Image image = ImageParser.parse(raw, readParent(id));
      return image.id().equals(id)
          ? new Loaded(id, image, null)
          : new Loaded(id, null, new SystemFailure("its content has another digest"));
    } catch (IOException e) {
      return new Loaded(id, null, new SystemFailure(String.valueOf(e.getMessage()), e));
    } catch (EngineException e) {
      return new Loaded(id, null, e);
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

  /** What was left out at start, with reasons; what has come back since is left out here. */
  synchronized Map<Digest, String> damaged() {
    Map<Digest, String> still = new LinkedHashMap<>(damaged);
    still.keySet().removeIf(id -> byHex.containsKey(id.hex()));
    return still;
  }

  Optional<Image> find(Digest id) {
    return Optional.ofNullable(byHex.get(id.hex()));
  }

  /** The image whose id begins with a text, if there is exactly one. */
  Optional<Image> search(String text) {
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

  List<Image> all() {
    return List.copyOf(byHex.values());
  }

  int count() {
    return byHex.size();
  }

  /** Images made from this one, as far as they are here. */
  synchronized List<Digest> children(Digest id) {
    return List.copyOf(children.getOrDefault(id, List.of()));
  }

  /** Images made from one, or from none. */
  synchronized List<Image> builtOn(@Nullable Digest parent) {
    if (parent == null) {
      return byHex.values().stream().filter(image -> image.parent() == null).toList();
    }
    return children.getOrDefault(parent, List.of()).stream()
        .map(child -> byHex.get(child.hex()))
        .filter(Objects::nonNull)
        .toList();
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

  /**
   * Writes down which image another was built on, both of which are here.
   *
   * @throws InvalidParameter if the histories do not fit
   */
  synchronized void setParent(Digest id, Digest parent) {
    Image image = byHex.get(id.hex());
    Image below = byHex.get(parent.hex());
    if (image == null || below == null || parent.equals(image.parent())) {
      return;
    }
    int steps = below.history().size();
    boolean fits =
        image.history().isEmpty() && steps == 0
            || image.history().size() == steps + 1
                && image.history().subList(0, steps).equals(below.history());
    if (!fits) {
      throw new InvalidParameter("image " + parent + " is not a valid parent for " + id);
    }
    Path directory = metadata.resolve(id.hex());
    try {
      PrivateDirectories.create(directory);
      writer.write(directory.resolve("parent"), utf8(parent.toString()), FILE_MODE);
    } catch (IOException e) {
      throw new SystemFailure("cannot write to " + directory + ": " + e, e);
    }
    forgetChild(image);
    remember(ImageParser.parse(image.raw(), parent));
  }

  /** Deletes an image and returns the layers that went with it, top first. */
  synchronized List<Layer> delete(Image image) {
    ChainId chain = image.chainId();
    if (chain != null) {
      layers.condemn(chain);
    }
    try {
      Files.deleteIfExists(content.resolve(image.id().hex()));
    } catch (IOException e) {
      if (chain != null) {
        layers.pardon(chain);
      }
      throw new SystemFailure("cannot delete image " + image.id() + " in " + content + ": " + e, e);
    }
    try {
      Failpoint.IMAGE_GONE.reached();
      deleteMetadata(image.id());
    } catch (IOException e) {
      // The image is gone all the same; what was written beside it means nothing without it.
      LOG.warnf("cannot delete what is left of image %s: %s", image.id(), e.getMessage());
    }
    byHex.remove(image.id().hex());
    forgetChild(image);
    return chain == null ? List.of() : layers.release(chain);
  }

  private void forgetChild(Image image) {
    if (image.parent() == null) {
      return;
    }
    List<Digest> siblings = children.get(image.parent());
    if (siblings != null) {
      siblings.remove(image.id());
      if (siblings.isEmpty()) {
        children.remove(image.parent());
      }
    }
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

  /**
   * Writes down that the image got a name just now. Not flushed: a power cut may take the time
   * away, which nothing depends on, and a build that is cached would spend most of its time here.
   */
  void markTagged(Digest id) {
    Path directory = metadata.resolve(id.hex());
    try {
      PrivateDirectories.create(directory);
      String now = Instant.now().toString();
      Path fresh = Files.createTempFile(directory, ".tmp-lastUpdated", "");
      try {
        Files.write(fresh, utf8(now));
        Files.move(fresh, directory.resolve("lastUpdated"), StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(fresh);
      }
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
