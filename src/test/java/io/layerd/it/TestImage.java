package io.layerd.it;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** An image as a registry holds it: the top manifest, manifests below an index, blobs by digest. */
record TestImage(
    byte[] manifest,
    String mediaType,
    String digest,
    Map<String, TestImage> children,
    Map<String, byte[]> blobs,
    String imageId) {
  enum Form {
    DOCKER(
        "application/vnd.docker.distribution.manifest.v2+json",
        "application/vnd.docker.container.image.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json"),
    OCI(
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.oci.image.config.v1+json",
        "application/vnd.oci.image.index.v1+json");

    final String manifestType;
    final String configType;
    final String indexType;

    Form(String manifestType, String configType, String indexType) {
      this.manifestType = manifestType;
      this.configType = configType;
      this.indexType = indexType;
    }
  }

  static final ObjectMapper JSON = new ObjectMapper();

  /** An image of these layers, with a container configuration in Docker's words. */
  static TestImage of(Form form, Map<String, ?> config, List<TestLayer> layers) {
    return of(form, "amd64", config, layers);
  }

  static TestImage of(
      Form form, String architecture, Map<String, ?> config, List<TestLayer> layers) {
    Map<String, byte[]> blobs = new LinkedHashMap<>();
    List<Object> history = new ArrayList<>();
    List<Object> descriptors = new ArrayList<>();
    for (int i = 0; i < layers.size(); i++) {
      TestLayer layer = layers.get(i);
      blobs.put(layer.digest(), layer.blob());
      history.add(
          Map.of("created", "2024-01-01T00:00:0" + i % 10 + "Z", "created_by", "layer " + i));
      descriptors.add(
          descriptor(
              form == Form.OCI ? layer.packing().ociType : layer.packing().dockerType,
              layer.digest(),
              layer.blob().length));
    }
    byte[] image =
        json(
            Map.of(
                "architecture",
                architecture,
                "os",
                "linux",
                "created",
                "2024-01-01T00:00:00Z",
                "config",
                config,
                "history",
                history,
                "rootfs",
                Map.of(
                    "type",
                    "layers",
                    "diff_ids",
                    layers.stream().map(TestLayer::diffId).toList())));
    String imageId = TestLayer.sha256(image);
    blobs.put(imageId, image);
    byte[] manifest =
        json(
            ordered(
                "schemaVersion",
                2,
                "mediaType",
                form.manifestType,
                "config",
                descriptor(form.configType, imageId, image.length),
                "layers",
                descriptors));
    return new TestImage(
        manifest, form.manifestType, TestLayer.sha256(manifest), Map.of(), blobs, imageId);
  }

  /** A manifest list or index; the keys are architectures. */
  static TestImage index(Form form, Map<String, TestImage> byArchitecture) {
    Map<String, TestImage> children = new LinkedHashMap<>();
    Map<String, byte[]> blobs = new LinkedHashMap<>();
    List<Object> entries = new ArrayList<>();
    byArchitecture.forEach(
        (architecture, image) -> {
          children.put(image.digest(), image);
          blobs.putAll(image.blobs());
          Map<String, Object> entry =
              descriptor(image.mediaType(), image.digest(), image.manifest().length);
          entry.put("platform", Map.of("os", "linux", "architecture", architecture));
          entries.add(entry);
        });
    byte[] index =
        json(ordered("schemaVersion", 2, "mediaType", form.indexType, "manifests", entries));
    return new TestImage(index, form.indexType, TestLayer.sha256(index), children, blobs, "");
  }

  /** The same manifest with one blob's bytes replaced, as a broken registry would serve it. */
  TestImage serving(String blobDigest, byte[] otherBytes) {
    Map<String, byte[]> changed = new LinkedHashMap<>(blobs);
    changed.put(blobDigest, otherBytes);
    return new TestImage(manifest, mediaType, digest, children, changed, imageId);
  }

  /** Digests of the layers, bottom first. */
  List<String> layerDigests() {
    try {
      List<String> digests = new ArrayList<>();
      JSON.readTree(manifest).get("layers").forEach(l -> digests.add(l.get("digest").asText()));
      return digests;
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static Map<String, Object> descriptor(String type, String digest, int sizeBytes) {
    return ordered("mediaType", type, "size", sizeBytes, "digest", digest);
  }

  private static Map<String, Object> ordered(Object... pairs) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      map.put((String) pairs[i], pairs[i + 1]);
    }
    return map;
  }

  private static byte[] json(Object value) {
    try {
      return JSON.writeValueAsString(value).getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
