package io.layerd.image;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.layerd.image.ImageService.Image;
import io.layerd.oci.ChainId;
import io.layerd.oci.DiffId;
import io.layerd.oci.Digest;
import io.layerd.oci.MediaTypes;
import io.layerd.oci.Reference;
import io.layerd.spec.GoJson;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/**
 * The files of an archive of images: Docker's {@code manifest.json} and {@code repositories}, the
 * OCI layout's {@code index.json} and {@code oci-layout}, and the blobs that both refer to. OCI
 * image-spec, image-layout.md.
 */
final class SaveLayout {
  private static final String BLOBS = "blobs/sha256/";

  /** A file of the archive, its modification time in seconds since 1970. */
  sealed interface Content {
    long seconds();

    @SuppressWarnings("ArrayRecordComponent") // bytes of a file
    record Bytes(byte[] bytes, long seconds) implements Content {}

    record LayerTar(ChainId chain, long sizeBytes, long seconds) implements Content {}
  }

  private final List<SavedImage> images;
  private final ToLongFunction<ChainId> sizes;
  private final TreeMap<String, Content> files = new TreeMap<>();
  private final Map<DiffId, Long> layerSizes = new LinkedHashMap<>();

  private SaveLayout(List<SavedImage> images, ToLongFunction<ChainId> sizes) {
    this.images = images;
    this.sizes = sizes;
  }

  /** All files by name, in the order of the archive. */
  static TreeMap<String, Content> of(List<SavedImage> images, ToLongFunction<ChainId> sizes) {
    SaveLayout layout = new SaveLayout(images, sizes);
    layout.addAll();
    return layout.files;
  }

  private void addAll() {
    ArrayNode dockerManifest = GoJson.object().arrayNode();
    ArrayNode index = GoJson.object().arrayNode();
    TreeMap<String, TreeMap<String, String>> repositories = new TreeMap<>();
    Set<Digest> ids = new HashSet<>();
    images.forEach(saved -> ids.add(saved.image().id()));
    for (SavedImage saved : images) {
      addBlobs(saved);
      byte[] manifest = ociManifest(saved.image());
      blob(manifest, 0);
      addToIndex(index, saved, manifest);
      dockerManifest.add(manifestEntry(saved, ids));
      List<DiffId> layers = saved.image().diffIds();
      for (Reference tag : layers.isEmpty() ? List.<Reference>of() : saved.tags()) {
        repositories
            .computeIfAbsent(tag.familiarName(), _ -> new TreeMap<>())
            .put(String.valueOf(tag.tag()), layers.getLast().digest().hex());
      }
    }
    boolean none = images.isEmpty();
    ObjectNode layoutIndex = GoJson.object();
    layoutIndex.put("schemaVersion", 2).put("mediaType", MediaTypes.OCI_INDEX);
    layoutIndex.set("manifests", none ? null : index);
    file("index.json", GoJson.bytes(layoutIndex));
    file("manifest.json", line(none ? GoJson.object().nullNode() : dockerManifest));
    file("oci-layout", "{\"imageLayoutVersion\": \"1.0.0\"}".getBytes(StandardCharsets.UTF_8));
    if (!repositories.isEmpty()) {
      file("repositories", line(repositories));
    }
  }

  /** The layers, what old engines want to know of each, and the configuration. */
  private void addBlobs(SavedImage saved) {
    Image image = saved.image();
    List<byte[]> legacy = LegacyConfig.of(image);
    ChainId chain = null;
    for (int i = 0; i < image.diffIds().size(); i++) {
      DiffId diffId = image.diffIds().get(i);
      chain = ChainId.of(chain, diffId);
      blob(legacy.get(i), saved.seconds());
      if (!layerSizes.containsKey(diffId)) {
        long size = sizes.applyAsLong(chain);
        layerSizes.put(diffId, size);
        files.put(path(diffId.digest()), new Content.LayerTar(chain, size, saved.seconds()));
      }
    }
    files.put(path(image.id()), new Content.Bytes(image.raw(), saved.seconds()));
  }

  private byte[] ociManifest(Image image) {
    ObjectNode manifest = GoJson.object();
    manifest.put("schemaVersion", 2).put("mediaType", MediaTypes.OCI_MANIFEST);
    manifest.set("config", descriptor(MediaTypes.OCI_CONFIG, image.id(), image.raw().length));
    ArrayNode layers = manifest.arrayNode();
    for (DiffId diffId : image.diffIds()) {
      layers.add(descriptor(MediaTypes.OCI_LAYER_TAR, diffId.digest(), size(diffId)));
    }
    manifest.set("layers", image.diffIds().isEmpty() ? null : layers);
    return GoJson.bytes(manifest);
  }

  private long size(DiffId diffId) {
    return layerSizes.getOrDefault(diffId, 0L);
  }

  private static ObjectNode descriptor(String mediaType, Digest digest, long size) {
    ObjectNode descriptor = GoJson.object();
    descriptor.put("mediaType", mediaType).put("digest", digest.toString()).put("size", size);
    return descriptor;
  }

  private static void addToIndex(ArrayNode index, SavedImage saved, byte[] manifest) {
    Digest digest = Digest.of(manifest);
    if (saved.tags().isEmpty()) {
      index.add(descriptor(MediaTypes.OCI_MANIFEST, digest, manifest.length));
    }
    for (Reference tag : saved.tags()) {
      ObjectNode entry = descriptor(MediaTypes.OCI_MANIFEST, digest, manifest.length);
      entry
          .putObject("annotations")
          .put("io.containerd.image.name", tag.toString())
          .put("org.opencontainers.image.ref.name", tag.tag());
      index.add(entry);
    }
  }

  private ObjectNode manifestEntry(SavedImage saved, Set<Digest> ids) {
    Image image = saved.image();
    ObjectNode entry = GoJson.object();
    entry.put("Config", path(image.id()));
    if (saved.tags().isEmpty()) {
      entry.putNull("RepoTags");
    } else {
      ArrayNode tags = entry.putArray("RepoTags");
      saved.tags().forEach(tag -> tags.add(tag.familiar()));
    }
    if (image.diffIds().isEmpty()) {
      entry.putNull("Layers");
    } else {
      ArrayNode layers = entry.putArray("Layers");
      image.diffIds().forEach(diffId -> layers.add(path(diffId.digest())));
    }
    if (image.parent() != null && ids.contains(image.parent())) {
      entry.put("Parent", image.parent().toString());
    }
    TreeMap<String, ObjectNode> sources = new TreeMap<>();
    for (DiffId diffId : image.diffIds()) {
      ObjectNode source = GoJson.object();
      source.put("mediaType", MediaTypes.OCI_LAYER_TAR).put("size", size(diffId));
      source.put("digest", diffId.toString());
      sources.put(diffId.toString(), source);
    }
    if (!sources.isEmpty()) {
      entry.set("LayerSources", GoJson.tree(sources));
    }
    return entry;
  }

  private static String path(Digest digest) {
    return BLOBS + digest.hex();
  }

  private void blob(byte[] content, long seconds) {
    files.putIfAbsent(path(Digest.of(content)), new Content.Bytes(content, seconds));
  }

  private void file(String name, byte[] content) {
    files.put(name, new Content.Bytes(content, 0));
  }

  private static byte[] line(Object value) {
    byte[] json = GoJson.bytes(value);
    byte[] line = java.util.Arrays.copyOf(json, json.length + 1);
    line[json.length] = '\n';
    return line;
  }
}
