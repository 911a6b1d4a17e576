package io.layerd.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.layerd.error.InvalidParameter;
import io.layerd.spec.SpecJson;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The {@code filters} parameter: {@code {"name": ["a"]}} or, from old clients, {@code {"name":
 * {"a": true}}}.
 */
public final class Filters {
  private Filters() {}

  /**
   * @throws InvalidParameter {@code invalid filter}
   */
  public static Map<String, List<String>> parse(@Nullable String text) {
    if (text == null || text.isEmpty()) {
      return Map.of();
    }
    JsonNode tree;
    try {
      tree = SpecJson.MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw new InvalidParameter("invalid filter", e);
    }
    if (!tree.isObject() && !tree.isNull()) {
      throw new InvalidParameter("invalid filter");
    }
    Map<String, List<String>> filters = new LinkedHashMap<>();
    tree.properties().forEach(entry -> filters.put(entry.getKey(), values(entry.getValue())));
    return filters;
  }

  private static List<String> values(JsonNode node) {
    List<String> values = new ArrayList<>();
    if (node.isArray()) {
      for (JsonNode value : node) {
        if (!value.isTextual()) {
          throw new InvalidParameter("invalid filter");
        }
        values.add(value.asText());
      }
    } else if (node.isObject()) {
      node.properties()
          .forEach(
              entry -> {
                if (!entry.getValue().isBoolean()) {
                  throw new InvalidParameter("invalid filter");
                }
                // Go keeps {"x": false} out of a match; no client sends it
                if (entry.getValue().asBoolean()) {
                  values.add(entry.getKey());
                }
              });
    } else if (!node.isNull()) {
      throw new InvalidParameter("invalid filter");
    }
    return values;
  }
}
