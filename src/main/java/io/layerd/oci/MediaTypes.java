package io.layerd.oci;

import java.util.List;
import java.util.Set;

/** The media types of images. OCI image-spec, media-types.md, and Docker's registry documents. */
public final class MediaTypes {
  public static final String DOCKER_MANIFEST =
      "application/vnd.docker.distribution.manifest.v2+json";
  public static final String DOCKER_INDEX =
      "application/vnd.docker.distribution.manifest.list.v2+json";
  public static final String DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json";
  public static final String DOCKER_LAYER_GZIP =
      "application/vnd.docker.image.rootfs.diff.tar.gzip";
  public static final String OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
  public static final String OCI_INDEX = "application/vnd.oci.image.index.v1+json";
  public static final String OCI_LAYER_TAR = "application/vnd.oci.image.layer.v1.tar";
  public static final String OCI_CONFIG = "application/vnd.oci.image.config.v1+json";

  /** The manifest forms layerd reads, best first. */
  public static final List<String> MANIFESTS =
      List.of(DOCKER_MANIFEST, DOCKER_INDEX, OCI_MANIFEST, OCI_INDEX);

  /** The schema 1 forms, which are refused by name. */
  public static final Set<String> SCHEMA1 =
      Set.of(
          "application/vnd.docker.distribution.manifest.v1+json",
          "application/vnd.docker.distribution.manifest.v1+prettyjws");

  private static final Set<String> CONFIGS = Set.of(DOCKER_CONFIG, OCI_CONFIG, "");
  private static final Set<String> LAYERS =
      Set.of(
          DOCKER_LAYER_GZIP,
          "application/vnd.docker.image.rootfs.diff.tar",
          "application/vnd.docker.image.rootfs.diff.tar.zstd",
          OCI_LAYER_TAR,
          "application/vnd.oci.image.layer.v1.tar+gzip",
          "application/vnd.oci.image.layer.v1.tar+zstd",
          "");

  private MediaTypes() {}

  public static boolean isIndex(String mediaType) {
    return mediaType.equals(DOCKER_INDEX) || mediaType.equals(OCI_INDEX);
  }

  public static boolean isManifest(String mediaType) {
    return mediaType.equals(DOCKER_MANIFEST) || mediaType.equals(OCI_MANIFEST);
  }

  /** Whether a manifest's configuration is that of a container image. */
  public static boolean isImageConfig(String mediaType) {
    return CONFIGS.contains(mediaType);
  }

  /** Whether a layer can be unpacked; foreign (non-distributable) layers cannot. */
  public static boolean isLayer(String mediaType) {
    return LAYERS.contains(mediaType);
  }

  /** Whether a layer is one that registries do not hold: fetched from elsewhere, Windows only. */
  public static boolean isForeignLayer(String mediaType) {
    return mediaType.contains(".foreign.") || mediaType.contains(".nondistributable.");
  }
}
