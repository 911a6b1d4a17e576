package io.layerd.spec;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The driver that makes a volume. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record VolumeDriverConfig(
    @JsonProperty("Name") @JsonInclude(JsonInclude.Include.NON_EMPTY) String name,
    @JsonProperty("Options") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        @Nullable Map<String, String> options) {
  public VolumeDriverConfig {
    name = name == null ? "" : name;
  }
}
