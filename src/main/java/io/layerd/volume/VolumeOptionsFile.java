package io.layerd.volume;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.layerd.error.InvalidParameter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * dockerd's {@code opts.json}: what the local driver mounts on {@code _data}.
 *
 * @param options comma-separated, as for mount(8)
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record VolumeOptionsFile(
    @JsonProperty("MountType") String type,
    @JsonProperty("MountOpts") String options,
    @JsonProperty("MountDevice") String device,
    @JsonProperty("Quota") Quota quota) {
  /** Kept so that dockerd reads the file; layerd sets no quota on volumes. */
  record Quota(@JsonProperty("Size") long sizeBytes) {}

  VolumeOptionsFile {
    type = type == null ? "" : type;
    options = options == null ? "" : options;
    device = device == null ? "" : device;
    quota = quota == null ? new Quota(0) : quota;
  }

  /** Checks the options of a create request, in dockerd's words. */
  static VolumeOptionsFile of(Map<String, String> given) {
    for (Map.Entry<String, String> option : new TreeMap<>(given).entrySet()) {
      switch (option.getKey()) {
        case "type", "o", "device" -> {}
        case "size" -> throw new InvalidParameter("quota size requested but no quota support");
        default -> throw new InvalidParameter("invalid option: \"" + option.getKey() + "\"");
      }
    }
    VolumeOptionsFile file =
        new VolumeOptionsFile(
            given.getOrDefault("type", ""),
            given.getOrDefault("o", ""),
            given.getOrDefault("device", ""),
            new Quota(0));
    if (!given.isEmpty() && file.device.isEmpty()) {
      throw new InvalidParameter("missing required option: \"device\"");
    }
    if (!given.isEmpty() && file.type.isEmpty() && !file.binds()) {
      throw new InvalidParameter("missing required option: \"type\"");
    }
    return file;
  }

  /** Whether something is mounted when the volume is used. */
  boolean mounts() {
    return !device.isEmpty();
  }

  boolean binds() {
    return (',' + options + ',').contains(",bind,") || (',' + options + ',').contains(",rbind,");
  }

  /** The options as the API shows them. */
  Map<String, String> asRequest() {
    Map<String, String> shown = new LinkedHashMap<>();
    put(shown, "device", device);
    put(shown, "o", options);
    put(shown, "type", type);
    return shown;
  }

  private static void put(Map<String, String> shown, String name, String value) {
    if (!value.isEmpty()) {
      shown.put(name, value);
    }
  }
}
