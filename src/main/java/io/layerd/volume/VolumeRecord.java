package io.layerd.volume;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Map;

/**
 * What dockerd keeps in a database of its own, in {@code layerd.json} beside the data.
 *
 * @param created RFC 3339
 */
record VolumeRecord(
    @JsonProperty("created") String created,
    @JsonProperty("labels") Map<String, String> labels,
    @JsonProperty("anonymous") boolean anonymous) {
  VolumeRecord {
    labels = labels == null ? Map.of() : Map.copyOf(labels);
  }
}
