package io.layerd.image;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.layerd.image.ImageService.Image;
import io.layerd.oci.ChainId;
import io.layerd.oci.Digest;
import io.layerd.spec.ContainerConfig;
import io.layerd.spec.GoJson;
import io.layerd.spec.SpecJson;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Configurations in Docker's first form, one for each layer, which archives still carry for engines
 * older than 1.10. Ids are made as dockerd makes them, so that they stay the same.
 */
final class LegacyConfig {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String EPOCH = "1970-01-01T00:00:00Z";

  private LegacyConfig() {}

  /** The documents, base layer first; only the last says what the image is. */
  static List<byte[]> of(Image image) {
    List<byte[]> documents = new ArrayList<>();
    ChainId chain = null;
    String parent = "";
    for (int i = 0; i < image.diffIds().size(); i++) {
      chain = ChainId.of(chain, image.diffIds().get(i));
      boolean top = i == image.diffIds().size() - 1;
      ObjectNode described = top ? described(image) : undescribed();
      String id = id(described, chain, parent);
      described.put("os", image.platform().os());
      ObjectNode document = GoJson.object();
      document.put("id", id);
      if (!parent.isEmpty()) {
        document.put("parent", parent);
      }
      document.setAll(described);
      documents.add(GoJson.bytes(document));
      parent = id;
    }
    return documents;
  }

  private static ObjectNode undescribed() {
    ObjectNode fields = GoJson.object();
    fields.put("created", EPOCH);
    fields.set("container_config", config(null));
    return fields;
  }

  private static ObjectNode described(Image image) {
    try {
      return described(MAPPER.readTree(image.raw()));
    } catch (IOException e) {
      throw new IllegalStateException("image " + image.id() + " was parsed before", e);
    }
  }

  /**
   * What a document says of an image, without its id and parent, in the order of the first form.
   */
  static ObjectNode described(JsonNode raw) {
    ObjectNode fields = GoJson.object();
    text(fields, "comment", raw);
    fields.set("created", raw.hasNonNull("created") ? raw.get("created") : null);
    text(fields, "container", raw);
    fields.set("container_config", config(raw.get("container_config")));
    text(fields, "docker_version", raw);
    text(fields, "author", raw);
    if (raw.hasNonNull("config")) {
      fields.set("config", config(raw.get("config")));
    }
    text(fields, "architecture", raw);
    text(fields, "variant", raw);
    text(fields, "os", raw);
    return fields;
  }

  private static void text(ObjectNode fields, String name, JsonNode raw) {
    String value = raw.path(name).asText("");
    if (!value.isEmpty()) {
      fields.put(name, value);
    }
  }

  private static JsonNode config(@Nullable JsonNode raw) {
    JsonNode said = raw == null || raw.isNull() ? GoJson.object() : raw;
    return GoJson.tree(SpecJson.read(said, ContainerConfig.class));
  }

  private static String id(ObjectNode described, ChainId layer, String parent) {
    ObjectNode fields = GoJson.object();
    fields.setAll(described);
    fields.set("layer_id", TextNode.valueOf(layer.toString()));
    if (!parent.isEmpty()) {
      fields.put("parent", "sha256:" + parent);
    }
    return Digest.of(GoJson.bytes(GoJson.sorted(fields))).hex();
  }
}
