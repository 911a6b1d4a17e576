package io.layerd.volume;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.Map;

/** What dockerd keeps in its own database, in {@code layerd.json} beside {@code _data}. */
@JsonIgnoreProperties(ignoreUnknown = true)
record VolumeNotes(
    @JsonProperty("created") String created,
    @JsonProperty("labels") Map<String, String> labels,
    @JsonProperty("anonymous") boolean anonymous) {
  VolumeNotes {
    created = created == null ? Instant.EPOCH.toString() : created;
    labels = labels == null ? Map.of() : Map.copyOf(labels);
  }
}
