package io.layerd.spec;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request for devices to a device driver. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record DeviceRequest(
    @JsonProperty("Driver") String driver,
    @JsonProperty("Count") int count,
    @JsonProperty("DeviceIDs") @Nullable List<String> deviceIDs,
    @JsonProperty("Capabilities") @Nullable List<List<String>> capabilities,
    @JsonProperty("Options") @Nullable Map<String, String> options) {
  public DeviceRequest {
    driver = driver == null ? "" : driver;
  }
}
