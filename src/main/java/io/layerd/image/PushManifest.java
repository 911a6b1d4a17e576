package io.layerd.image;

import io.layerd.oci.Descriptor;
import io.layerd.oci.MediaTypes;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A Docker schema 2 manifest, byte for byte as dockerd writes it: the same image in the same blobs
 * then has the same digest, whoever pushed it.
 */
final class PushManifest {
  private PushManifest() {}

  /**
   * @param layers base first
   */
  static byte[] of(Descriptor config, List<Descriptor> layers) {
    StringBuilder json = new StringBuilder();
    json.append("{\n   \"schemaVersion\": 2,\n   \"mediaType\": \"");
    json.append(MediaTypes.DOCKER_MANIFEST).append("\",\n   \"config\": ");
    append(json, config, "   ");
    json.append(",\n   \"layers\": [");
    for (int i = 0; i < layers.size(); i++) {
      json.append(i == 0 ? "\n      " : ",\n      ");
      append(json, layers.get(i), "      ");
    }
    json.append(layers.isEmpty() ? "]\n}" : "\n   ]\n}");
    return json.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void append(StringBuilder json, Descriptor blob, String indent) {
    json.append("{\n").append(indent).append("   \"mediaType\": \"").append(blob.mediaType());
    json.append("\",\n").append(indent).append("   \"size\": ").append(blob.size());
    json.append(",\n").append(indent).append("   \"digest\": \"").append(blob.digest());
    json.append("\"\n").append(indent).append('}');
  }
}
