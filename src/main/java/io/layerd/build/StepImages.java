package io.layerd.build;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.layerd.error.SystemFailure;
import io.layerd.image.ImageService;
import io.layerd.image.ImageService.Image;
import io.layerd.layer.Layer;
import io.layerd.layer.LayerStore;
import io.layerd.layer.StagedLayer;
import io.layerd.oci.ChainId;
import io.layerd.oci.DiffId;
import io.layerd.oci.Platform;
import io.layerd.spec.ContainerConfig;
import io.layerd.spec.SpecJson;
import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what a step made as an image, with the fields that dockerd's classic builder writes: its
 * cache finds images of ours, and ours finds its.
 */
final class StepImages {
  /** The digest of a tar that holds nothing: such a layer is left out. */
  private static final DiffId EMPTY =
      DiffId.parse("sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef");

  private final ImageService images;
  private final LayerStore layers;
  private final String version;

  StepImages(ImageService images, LayerStore layers, String version) {
    this.images = images;
    this.layers = layers;
    this.version = version;
  }

  /**
   * What a step did.
   *
   * @param config of the new image
   * @param command what made it, as the container that did would have had it
   * @param author may be empty
   * @param container the container that ran; empty if none did
   * @param line what BuildKit's history says; null for the classic builder's
   */
  record Step(
      ContainerConfig config,
      ContainerConfig command,
      String author,
      String container,
      @Nullable String line) {}

  /** A step that changed no file. */
  Image keep(@Nullable Image parent, Platform platform, Step step) {
    return images.createImage(json(parent, platform, step, null), id(parent), true);
  }

  /** A step that may have changed files; the staged layer is used up. */
  Image keep(@Nullable Image parent, Platform platform, Step step, StagedLayer staged) {
    if (staged.diffId().equals(EMPTY)) {
      layers.discard(staged);
      return keep(parent, platform, step);
    }
    Layer layer = register(staged, parent == null ? null : parent.chainId());
    try {
      byte[] json = json(parent, platform, step, layer.diffId());
      return images.createImage(json, id(parent), true);
    } finally {
      var unused = layers.release(layer.chainId());
    }
  }

  private Layer register(StagedLayer staged, @Nullable ChainId below) {
    try {
      return layers.register(staged, below, null);
    } catch (RuntimeException e) {
      layers.discard(staged);
      throw e;
    }
  }

  /**
   * A step whose layer is here already.
   *
   * @param layer null if the step changed no file
   */
  Image keepKnown(@Nullable Image parent, Platform platform, Step step, @Nullable DiffId layer) {
    return images.createImage(json(parent, platform, step, layer), id(parent), true);
  }

  private static io.layerd.oci.@Nullable Digest id(@Nullable Image parent) {
    return parent == null ? null : parent.id();
  }

  private byte[] json(
      @Nullable Image parent, Platform platform, Step step, @Nullable DiffId layer) {
    JsonNode before = parent == null ? SpecJson.MAPPER.createObjectNode() : tree(parent.raw());
    String now = DateTimeFormatter.ISO_INSTANT.format(Instant.now());
    ObjectNode image = SpecJson.MAPPER.createObjectNode();
    image.put("architecture", platform.architecture());
    if (!step.author().isEmpty()) {
      image.put("author", step.author());
    }
    image.set("config", SpecJson.MAPPER.valueToTree(step.config()));
    if (!step.container().isEmpty()) {
      image.put("container", step.container());
    }
    image.set("container_config", SpecJson.MAPPER.valueToTree(step.command()));
    image.put("created", now);
    image.put("docker_version", version);
    image.set("history", history(before, now, step, layer == null));
    image.put("os", platform.os());
    copy(before, image, "os.features");
    copy(before, image, "os.version");
    image.set("rootfs", rootfs(before, layer));
    String variant = platform.variant();
    if (variant != null && !variant.isEmpty()) {
      image.put("variant", variant);
    }
    try {
      return SpecJson.MAPPER.writeValueAsBytes(image);
    } catch (JsonProcessingException e) {
      throw new SystemFailure("cannot write the image's configuration: " + e.getMessage(), e);
    }
  }

  private static void copy(JsonNode from, ObjectNode to, String field) {
    if (from.hasNonNull(field)) {
      to.set(field, from.get(field));
    }
  }

  private static ArrayNode history(JsonNode before, String now, Step step, boolean empty) {
    ArrayNode history = SpecJson.MAPPER.createArrayNode();
    before.path("history").forEach(history::add);
    ObjectNode entry = history.addObject();
    entry.put("created", now);
    if (!step.author().isEmpty()) {
      entry.put("author", step.author());
    }
    String line = step.line();
    entry.put("created_by", line == null ? text(step.command()) : line);
    if (line != null) {
      entry.put("comment", "buildkit.dockerfile.v0");
    }
    if (empty) {
      entry.put("empty_layer", true);
    }
    return history;
  }

  /** What the history says of a command. */
  static String text(ContainerConfig command) {
    return command.cmd() == null ? "" : String.join(" ", command.cmd());
  }

  private static ObjectNode rootfs(JsonNode before, @Nullable DiffId layer) {
    ObjectNode rootfs = SpecJson.MAPPER.createObjectNode();
    rootfs.put("type", "layers");
    ArrayNode ids = SpecJson.MAPPER.createArrayNode();
    before.path("rootfs").path("diff_ids").forEach(ids::add);
    if (layer != null) {
      ids.add(layer.toString());
    }
    if (!ids.isEmpty()) {
      rootfs.set("diff_ids", ids);
    }
    return rootfs;
  }

  private static JsonNode tree(byte[] raw) {
    try {
      return SpecJson.MAPPER.readTree(raw);
    } catch (IOException e) {
      throw new SystemFailure("cannot read an image's configuration: " + e.getMessage(), e);
    }
  }

  /** The command an image of the classic builder was made by; null for others. */
  static @Nullable ContainerConfig command(Image image) {
    JsonNode command = tree(image.raw()).get("container_config");
    return command == null || !command.isObject()
        ? null
        : SpecJson.read(command, ContainerConfig.class);
  }

  static ContainerConfig change(ContainerConfig config, Map<String, ?> fields) {
    return SpecJson.change(config, ContainerConfig.class, fields);
  }
}
