package io.layerd.spec;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.layerd.error.InvalidParameter;
import java.util.Map;

/**
 * Reads and writes the records of this package as Docker's clients and dockerd's own files have
 * them.
 */
public final class SpecJson {
  /**
   * Field names match in any case, as in Go's decoder; unknown fields are left out, as dockerd
   * does.
   */
  public static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_PROPERTIES)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
          .enable(DeserializationFeature.ACCEPT_EMPTY_STRING_AS_NULL_OBJECT)
          .build();

  private SpecJson() {}

  /**
   * A copy of a record with some JSON fields changed: {@code change(host, HostConfig.class,
   * Map.of("ShmSize", 1L))}.
   */
  public static <T extends Record> T change(T value, Class<T> type, Map<String, ?> fields) {
    ObjectNode tree = MAPPER.valueToTree(value);
    fields.forEach((name, field) -> tree.set(name, MAPPER.<JsonNode>valueToTree(field)));
    return read(tree, type);
  }

  /** A record from a JSON tree. */
  public static <T> T read(JsonNode tree, Class<T> type) {
    try {
      return MAPPER.treeToValue(tree, type);
    } catch (JsonProcessingException e) {
      throw new InvalidParameter("invalid JSON: " + e.getOriginalMessage(), e);
    }
  }
}
