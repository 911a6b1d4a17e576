package io.layerd.container;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.layerd.spec.EndpointSettings;
import io.layerd.spec.SpecJson;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Endpoints as dockerd keeps them in {@code config.v2.json}: what inspect shows, and beside it the
 * MAC address that a user chose.
 */
final class StoredEndpoints {
  private static final String DESIRED_MAC = "DesiredMacAddress";

  private StoredEndpoints() {}

  static Map<String, ObjectNode> of(
      Map<String, EndpointSettings> settings, Map<String, String> macs) {
    Map<String, ObjectNode> stored = new TreeMap<>();
    settings.forEach(
        (name, endpoint) -> {
          ObjectNode node = SpecJson.MAPPER.valueToTree(endpoint);
          node.put("IPAMOperational", false);
          node.put(DESIRED_MAC, macs.getOrDefault(name, ""));
          stored.put(name, node);
        });
    return stored;
  }

  static Map<String, EndpointSettings> settings(@Nullable Map<String, ObjectNode> stored) {
    Map<String, EndpointSettings> settings = new TreeMap<>();
    orEmpty(stored)
        .forEach((name, node) -> settings.put(name, SpecJson.read(node, EndpointSettings.class)));
    return settings;
  }

  static Map<String, String> macs(@Nullable Map<String, ObjectNode> stored) {
    Map<String, String> macs = new TreeMap<>();
    orEmpty(stored)
        .forEach(
            (name, node) -> {
              String mac = node.path(DESIRED_MAC).asText("");
              if (!mac.isEmpty()) {
                macs.put(name, mac);
              }
            });
    return macs;
  }

  private static Map<String, ObjectNode> orEmpty(@Nullable Map<String, ObjectNode> stored) {
    return stored == null ? Map.of() : stored;
  }
}
