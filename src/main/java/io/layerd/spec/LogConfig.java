package io.layerd.spec;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The logging driver of a container and its options. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record LogConfig(
    @JsonProperty("Type") String type,
    @JsonProperty("Config") @Nullable Map<String, String> config) {
  public LogConfig {
    type = type == null ? "" : type;
  }
}
