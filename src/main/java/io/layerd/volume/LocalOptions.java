package io.layerd.volume;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.layerd.error.InvalidParameter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * What the local driver mounts on a volume: dockerd's {@code opts.json}.
 *
 * @param device empty if nothing is mounted
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record LocalOptions(
    @JsonProperty("MountType") String type,
    @JsonProperty("MountOpts") String options,
    @JsonProperty("MountDevice") String device,
    @JsonProperty("Quota") Quota quota) {

  private static final Set<String> KNOWN = Set.of("type", "o", "device", "size");

  static final LocalOptions NONE = new LocalOptions("", "", "", new Quota(0));

  record Quota(@JsonProperty("Size") long sizeBytes) {}

  LocalOptions {
    type = type == null ? "" : type;
    options = options == null ? "" : options;
    device = device == null ? "" : device;
    quota = quota == null ? new Quota(0) : quota;
  }

  static LocalOptions of(String name, Map<String, String> options) {
    for (String key : options.keySet()) {
      if (!KNOWN.contains(key)) {
        throw new InvalidParameter("create " + name + ": invalid option: \"" + key + "\"");
      }
    }
    if (options.containsKey("size")) {
      throw new InvalidParameter("create " + name + ": quota size requested but no quota support");
    }
    for (String key : new String[] {"device", "type"}) {
      if (!options.isEmpty() && options.getOrDefault(key, "").isEmpty()) {
        throw new InvalidParameter("create " + name + ": missing required option: \"" + key + "\"");
      }
    }
    return new LocalOptions(
        options.getOrDefault("type", ""),
        options.getOrDefault("o", ""),
        options.getOrDefault("device", ""),
        new Quota(0));
  }

  boolean isMounted() {
    return !device.isEmpty();
  }

  /** As they were given. */
  Map<String, String> asMap() {
    Map<String, String> map = new LinkedHashMap<>();
    put(map, "device", device);
    put(map, "o", options);
    put(map, "type", type);
    return map;
  }

  private static void put(Map<String, String> map, String key, String value) {
    if (!value.isEmpty()) {
      map.put(key, value);
    }
  }
}
