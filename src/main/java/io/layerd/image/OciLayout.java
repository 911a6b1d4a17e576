package io.layerd.image;

import io.layerd.error.InvalidParameter;
import io.layerd.error.NotFound;
import io.layerd.oci.Descriptor;
import io.layerd.oci.Digest;
import io.layerd.oci.Index;
import io.layerd.oci.Manifest;
import io.layerd.oci.ManifestDocument;
import io.layerd.oci.MediaTypes;
import io.layerd.oci.Platform;
import io.layerd.oci.PlatformMatcher;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code index.json}: the images of an OCI layout. Of an image for several platforms the one that
 * fits is taken. Every blob must have the digest it is named by.
 */
final class OciLayout {
  static final String INDEX = "index.json";
  private static final int MAX_DEPTH = 4;
  private static final String CONTAINERD_NAME = "io.containerd.image.name";
  private static final String REF_NAME = "org.opencontainers.image.ref.name";

  private final LoadedArchive archive;
  private final Platform platform;

  private OciLayout(LoadedArchive archive, @Nullable Platform platform) {
    this.archive = archive;
    this.platform = PlatformMatcher.normalise(platform == null ? Platform.host() : platform);
  }

  static List<LoadedImage> of(LoadedArchive archive, @Nullable Platform platform) {
    return new OciLayout(archive, platform).images();
  }

  private List<LoadedImage> images() {
    ManifestDocument top = ManifestDocument.parse(MediaTypes.OCI_INDEX, archive.bytes(INDEX));
    if (!(top instanceof Index index)) {
      throw new InvalidParameter(INDEX + " is no image index");
    }
    Map<Digest, Manifest> manifests = new LinkedHashMap<>();
    Map<Digest, List<String>> tags = new LinkedHashMap<>();
    for (Descriptor entry : index.manifests()) {
      Manifest manifest = select(entry, 0);
      manifests.put(manifest.digest(), manifest);
      String name = name(entry);
      if (name != null) {
        tags.computeIfAbsent(manifest.digest(), _ -> new ArrayList<>()).add(name);
      }
    }
    return manifests.values().stream()
        .map(manifest -> image(manifest, tags.getOrDefault(manifest.digest(), List.of())))
        .toList();
  }

  /** The full name; a bare tag in the standard's own annotation names no repository. */
  private static @Nullable String name(Descriptor entry) {
    Map<String, String> annotations = entry.annotations();
    if (annotations == null) {
      return null;
    }
    String name = annotations.get(CONTAINERD_NAME);
    if (name == null) {
      String ref = annotations.getOrDefault(REF_NAME, "");
      name = ref.contains(":") ? ref : null;
    }
    return name;
  }

  private Manifest select(Descriptor descriptor, int depth) {
    byte[] raw = blob(descriptor);
    return switch (ManifestDocument.parse(descriptor.mediaType(), raw)) {
      case Manifest manifest -> manifest;
      case Index index -> {
        Descriptor entry = depth < MAX_DEPTH ? index.select(platform).orElse(null) : null;
        if (entry == null) {
          throw new NotFound(
              "no matching manifest for "
                  + PlatformMatcher.format(platform)
                  + " in the manifest list entries");
        }
        yield select(entry, depth + 1);
      }
    };
  }

  private byte[] blob(Descriptor descriptor) {
    byte[] raw = archive.bytes(path(descriptor.digest()));
    check(descriptor.digest(), Digest.of(raw));
    return raw;
  }

  private LoadedImage image(Manifest manifest, List<String> tags) {
    if (!MediaTypes.isImageConfig(manifest.config().mediaType())) {
      throw new InvalidParameter("unsupported media type " + manifest.config().mediaType());
    }
    List<String> layers = new ArrayList<>();
    for (Descriptor layer : manifest.layers()) {
      if (!MediaTypes.isLayer(layer.mediaType())) {
        throw new InvalidParameter("unsupported media type " + layer.mediaType());
      }
      String path = path(layer.digest());
      if (archive.get(path) instanceof LoadedFile.Unpacking unpacking) {
        check(layer.digest(), unpacking.layer().digest());
      } else if (archive.get(path) instanceof LoadedFile.Bytes bytes) {
        check(layer.digest(), Digest.of(bytes.content()));
      }
      layers.add(path);
    }
    return new LoadedImage(blob(manifest.config()), layers, tags, null);
  }

  private static void check(Digest expected, Digest actual) {
    if (!expected.equals(actual)) {
      throw new InvalidParameter(
          "unexpected digest " + actual + " of a blob, expected " + expected);
    }
  }

  private static String path(Digest digest) {
    return "blobs/sha256/" + digest.hex();
  }
}
