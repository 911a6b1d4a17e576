package io.layerd.spec;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Options of a volume mount. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record VolumeOptions(
    @JsonProperty("NoCopy") @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean noCopy,
    @JsonProperty("Labels") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        @Nullable Map<String, String> labels,
    @JsonProperty("Subpath") @JsonInclude(JsonInclude.Include.NON_EMPTY) String subpath,
    @JsonProperty("DriverConfig") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        @Nullable VolumeDriverConfig driverConfig) {
  public VolumeOptions {
    subpath = subpath == null ? "" : subpath;
  }
}
