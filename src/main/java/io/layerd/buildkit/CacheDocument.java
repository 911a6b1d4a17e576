package io.layerd.buildkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.layerd.build.BuiltStep;
import io.layerd.error.InvalidParameter;
import io.layerd.oci.ChainId;
import io.layerd.oci.Digest;
import io.layerd.spec.SpecJson;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Says which steps a cache holds and which layers they made (BuildKit's cache configuration, {@code
 * application/vnd.buildkit.cacheconfig.v0}). Keys of steps are this engine's own.
 */
final class CacheDocument {
  /** A step without a layer. */
  static final int NO_LAYER = -1;

  private CacheDocument() {}

  /** The steps' layers, each once, in the order in which {@link #write} numbers them. */
  static List<ChainId> layers(List<BuiltStep> steps) {
    return steps.stream()
        .map(BuiltStep::layer)
        .filter(java.util.Objects::nonNull)
        .distinct()
        .toList();
  }

  /**
   * @param blobs digests of what holds the layers
   */
  static byte[] write(List<BuiltStep> steps, List<Digest> blobs) {
    List<ChainId> layers = layers(steps);
    ObjectNode json = SpecJson.MAPPER.createObjectNode();
    ArrayNode places = json.putArray("layers");
    blobs.forEach(blob -> places.addObject().put("blob", blob.toString()).put("parent", -1));
    ArrayNode records = json.putArray("records");
    Map<Digest, Integer> links = new LinkedHashMap<>();
    for (BuiltStep step : steps) {
      if (!links.containsKey(step.before())) { // a base image: nothing to take from here
        links.put(step.before(), records.size());
        records.addObject().put("digest", step.before().toString());
      }
      links.put(step.key(), records.size());
      ObjectNode record = records.addObject().put("digest", step.key().toString());
      record.putArray("inputs").addArray().addObject().put("link", links.get(step.before()));
      if (step.layer() != null) {
        record.putArray("layers").addObject().put("layer", layers.indexOf(step.layer()));
      }
    }
    try {
      return SpecJson.MAPPER.writeValueAsBytes(json);
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * What a document says.
   *
   * @param blobs in the order of the numbers
   * @param steps numbers of layers by keys of steps, or {@link #NO_LAYER}
   */
  record Content(List<Digest> blobs, Map<Digest, Integer> steps) {
    Content {
      blobs = List.copyOf(blobs);
      steps = Map.copyOf(steps);
    }
  }

  /**
   * @throws InvalidParameter if it is none
   */
  static Content read(byte[] document) {
    try {
      JsonNode json = SpecJson.MAPPER.readTree(document);
      List<Digest> blobs = new ArrayList<>();
      for (JsonNode layer : json.path("layers")) {
        blobs.add(Digest.parse(layer.path("blob").asText()));
      }
      Map<Digest, Integer> steps = new LinkedHashMap<>();
      for (JsonNode record : json.path("records")) {
        if (!record.path("inputs").isEmpty()) {
          int layer = record.path("layers").path(0).path("layer").asInt(NO_LAYER);
          if (layer >= blobs.size()) {
            throw new InvalidParameter("a step of the cache has no layer");
          }
          steps.put(Digest.parse(record.path("digest").asText()), layer);
        }
      }
      return new Content(blobs, steps);
    } catch (IOException e) {
      throw new InvalidParameter("the cache cannot be read: " + e.getMessage(), e);
    }
  }
}
