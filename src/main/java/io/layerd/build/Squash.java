package io.layerd.build;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.layerd.archive.LayerUnpacker;
import io.layerd.archive.LayerUnpackers;
import io.layerd.archive.UnpackLimits;
import io.layerd.error.SystemFailure;
import io.layerd.image.ImageService.Image;
import io.layerd.layer.Layer;
import io.layerd.layer.LayerStore;
import io.layerd.layer.StagedLayer;
import io.layerd.oci.ChainId;
import io.layerd.oci.Digest;
import io.layerd.spec.SpecJson;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Makes an image whose layers are those of a base and one more, which holds all that was done on
 * it. The image that was built stays, for the cache.
 */
final class Squash {
  /** What is in here already, was within the limits. */
  private static final UnpackLimits NO_LIMITS = new UnpackLimits(Long.MAX_VALUE, Long.MAX_VALUE);

  private final Tools tools;
  private final LayerStore layers;

  Squash(Tools tools) {
    this.tools = tools;
    layers = tools.layers();
  }

  /**
   * @param base what it was built on; null to leave one layer only
   * @throws SystemFailure in dockerd's words if there is no layer on the base
   */
  Image of(Image built, @Nullable Image base) {
    ChainId top = built.chainId();
    ChainId below = base == null ? null : base.chainId();
    if (top == null) {
      throw failure("error getting image layer: layer does not exist", null);
    }
    if (top.equals(below)) {
      String why = "layer ID '" + below + "' is not a parent of the specified layer";
      String what = "error getting tar stream to parent: ";
      throw failure(what + why + ": cannot provide diff to non-parent", null);
    }
    var held = layers.retain(top);
    try {
      Layer layer = layers.register(merged(held.chainId(), below), below, null);
      try {
        return tools.images().createImage(json(built, base, layer), null, true);
      } finally {
        var unused = layers.release(layer.chainId());
      }
    } finally {
      var unused = layers.release(top);
    }
  }

  private static SystemFailure failure(String why, @Nullable Throwable cause) {
    return new SystemFailure("error squashing image: " + why, cause);
  }

  /** Does again what the layers did, on the base's files. */
  private StagedLayer merged(ChainId top, @Nullable ChainId below) {
    List<Layer> chain = layers.chain(top);
    int kept = below == null ? 0 : layers.chain(below).size();
    try (WorkLayer work = WorkLayer.open(layers, below)) {
      for (Layer layer : chain.subList(kept, chain.size())) {
        lay(layer, work.root());
      }
      return ChangedLayer.stage(layers, work.id());
    } catch (IOException e) {
      throw failure(String.valueOf(e.getMessage()), e);
    }
  }

  private void lay(Layer layer, Path root) throws IOException {
    try (InputStream tar = layers.tar(layer.chainId())) {
      var unused =
          LayerUnpackers.create(tools.sys(), NO_LIMITS)
              .unpack(tar, root, LayerUnpacker.Whiteouts.DELETE, OutputStream.nullOutputStream());
    }
  }

  /** The configuration of the image that was built, whose own steps have no layers any more. */
  private static byte[] json(Image built, @Nullable Image base, Layer layer) {
    String now = DateTimeFormatter.ISO_INSTANT.format(Instant.now());
    try {
      JsonNode before = SpecJson.MAPPER.readTree(built.raw());
      TreeMap<String, JsonNode> fields = new TreeMap<>();
      before.properties().forEach(field -> fields.put(field.getKey(), field.getValue()));
      ObjectNode own = SpecJson.MAPPER.createObjectNode().put("created", now);
      Digest parent = built.parent();
      if (parent != null) {
        own.put("parent", parent.toString());
      }
      own.set("history", history(built, base, before, now));
      ObjectNode rootfs = own.putObject("rootfs").put("type", "layers");
      ArrayNode ids = rootfs.putArray("diff_ids");
      if (base != null) {
        base.diffIds().forEach(id -> ids.add(id.toString()));
      }
      ids.add(layer.diffId().toString());
      own.properties().forEach(field -> fields.put(field.getKey(), field.getValue()));
      return SpecJson.MAPPER.writeValueAsBytes(fields);
    } catch (IOException e) {
      throw failure(String.valueOf(e.getMessage()), e);
    }
  }

  private static ArrayNode history(Image built, @Nullable Image base, JsonNode before, String now) {
    int kept = base == null ? 0 : base.history().size();
    ArrayNode history = SpecJson.MAPPER.createArrayNode();
    for (JsonNode step : before.path("history")) {
      ObjectNode copy = step.deepCopy();
      if (history.size() >= kept) {
        copy.put("empty_layer", true);
      }
      history.add(copy);
    }
    String said =
        base == null ? "create new from " + built.id() : "merge " + built.id() + " to " + base.id();
    history.addObject().put("created", now).put("comment", said);
    return history;
  }
}
