package io.layerd.oci;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.layerd.error.InvalidParameter;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** What a registry answers for a tag: one image's manifest, or an index of several. */
public sealed interface ManifestDocument permits Manifest, Index {
  /** The digest of the exact bytes. */
  Digest digest();

  String mediaType();

  /**
   * Parses a manifest or index.
   *
   * @param declared the media type the registry gave; the document's own wins where both are known
   * @throws InvalidParameter if it is malformed, of schema 1, or of an unknown kind
   */
  static ManifestDocument parse(@Nullable String declared, byte[] raw) {
    ObjectMapper mapper =
        JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();
    JsonNode tree;
    try {
      tree = mapper.readTree(raw);
    } catch (IOException e) {
      throw new InvalidParameter("error unmarshalling content: the manifest is not JSON", e);
    }
    if (tree == null || !tree.isObject()) {
      throw new InvalidParameter("error unmarshalling content: the manifest is not a JSON object");
    }
    String mediaType = mediaType(declared, tree);
    Digest digest = Digest.of(raw);
    try {
      if (MediaTypes.isIndex(mediaType)) {
        Index.Wire wire = mapper.treeToValue(tree, Index.Wire.class);
        return new Index(digest, mediaType, wire.entries());
      }
      Manifest.Wire wire = mapper.treeToValue(tree, Manifest.Wire.class);
      if (wire.config() == null) {
        throw new InvalidParameter("invalid manifest " + digest + ": no image configuration");
      }
      return new Manifest(digest, mediaType, wire.config(), wire.entries());
    } catch (JsonProcessingException e) {
      throw new InvalidParameter("invalid manifest " + digest + ": " + e.getOriginalMessage(), e);
    }
  }

  private static String mediaType(@Nullable String declared, JsonNode tree) {
    String header = declared == null ? "" : declared.split(";", 2)[0].strip();
    int schema = tree.path("schemaVersion").asInt(0);
    if (schema == 1 || MediaTypes.SCHEMA1.contains(header)) {
      throw new InvalidParameter(
          "support Docker Image manifest version 2, schema 1 has been removed. More information at"
              + " https://docs.docker.com/go/deprecated-image-specs/");
    }
    String own = tree.path("mediaType").asText("");
    for (String type : new String[] {own, header}) {
      if (MediaTypes.isIndex(type) || MediaTypes.isManifest(type)) {
        return type;
      }
    }
    if (!own.isEmpty() || schema != 2) {
      throw new InvalidParameter(
          "unsupported manifest media type and no default available: "
              + (own.isEmpty() ? header : own));
    }
    return tree.has("manifests") ? MediaTypes.OCI_INDEX : MediaTypes.OCI_MANIFEST;
  }
}
