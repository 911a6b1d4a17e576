package io.layerd.container;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.layerd.error.SystemFailure;
import io.layerd.image.ImageService.Image;
import io.layerd.oci.DiffId;
import io.layerd.spec.ContainerConfig;
import io.layerd.spec.SpecJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of an image made from a container, field by field as dockerd writes it. OCI
 * image-spec, config.md, and Docker Image Specification v1.2 for what it adds.
 */
final class CommittedImage {
  /** What the image says it was made with: the dockerd whose format this is. */
  private static final String DOCKER_VERSION = "28.5.2";

  private final @Nullable JsonNode parent;

  /**
   * @param image what the container was made from; null if it is gone
   */
  CommittedImage(@Nullable Image image) {
    try {
      parent = image == null ? null : SpecJson.MAPPER.readTree(image.raw());
    } catch (IOException e) {
      throw new SystemFailure("the container's image cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * @param layer what the container changed; null if that is nothing
   */
  byte[] config(
      Container container, ContainerConfig config, CommitRequest request, @Nullable DiffId layer) {
    GoTime now = GoTime.now();
    ObjectNode root = SpecJson.MAPPER.createObjectNode();
    root.put("architecture", text("architecture", architecture()));
    put(root, "author", request.author());
    root.set("config", SpecJson.MAPPER.valueToTree(config));
    root.put("container", container.id);
    root.set("container_config", SpecJson.MAPPER.valueToTree(container.config));
    root.put("created", now.toString());
    root.put("docker_version", DOCKER_VERSION);
    root.set("history", history(container, request, now, layer == null));
    root.put("os", text("os", "linux"));
    for (String kept : new String[] {"os.features", "os.version"}) {
      JsonNode value = parent == null ? null : parent.get(kept);
      if (value != null) {
        root.set(kept, value);
      }
    }
    root.set("rootfs", rootFs(layer));
    put(root, "variant", text("variant", ""));
    try {
      // as Go's encoder has it, for HTML's sake; outside of texts there are none of them
      return SpecJson.MAPPER
          .writeValueAsString(root)
          .replace("<", "\\u003c")
          .replace(">", "\\u003e")
          .replace("&", "\\u0026")
          .getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new SystemFailure("cannot write the image: " + e.getOriginalMessage(), e);
    }
  }

  private ArrayNode history(
      Container container, CommitRequest request, GoTime now, boolean emptyLayer) {
    ArrayNode history = SpecJson.MAPPER.createArrayNode();
    if (parent != null && parent.path("history").isArray()) {
      parent.path("history").forEach(history::add);
    }
    ObjectNode step = history.addObject().put("created", now.toString());
    var cmd = container.config.cmd();
    put(step, "created_by", cmd == null ? "" : String.join(" ", cmd));
    put(step, "author", request.author());
    put(step, "comment", request.comment());
    if (emptyLayer) {
      step.put("empty_layer", true);
    }
    return history;
  }

  private ObjectNode rootFs(@Nullable DiffId layer) {
    ObjectNode rootFs = SpecJson.MAPPER.createObjectNode().put("type", "layers");
    ArrayNode ids = rootFs.putArray("diff_ids");
    if (parent != null) {
      parent.path("rootfs").path("diff_ids").forEach(ids::add);
    }
    if (layer != null) {
      ids.add(layer.toString());
    }
    return rootFs;
  }

  private String text(String field, String otherwise) {
    return parent == null ? otherwise : parent.path(field).asText(otherwise);
  }

  private static void put(ObjectNode node, String field, String value) {
    if (!value.isEmpty()) {
      node.put(field, value);
    }
  }

  private static String architecture() {
    String arch = System.getProperty("os.arch", "");
    return arch.equals("aarch64") ? "arm64" : arch.equals("x86_64") ? "amd64" : arch;
  }
}
