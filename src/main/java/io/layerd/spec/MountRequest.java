package io.layerd.spec;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/** A mount asked for with {@code --mount}. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record MountRequest(
    @JsonProperty("Type") @JsonInclude(JsonInclude.Include.NON_EMPTY) String type,
    @JsonProperty("Source") @JsonInclude(JsonInclude.Include.NON_EMPTY) String source,
    @JsonProperty("Target") @JsonInclude(JsonInclude.Include.NON_EMPTY) String target,
    @JsonProperty("ReadOnly") @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean readOnly,
    @JsonProperty("Consistency") @JsonInclude(JsonInclude.Include.NON_EMPTY) String consistency,
    @JsonProperty("BindOptions") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        @Nullable BindOptions bindOptions,
    @JsonProperty("VolumeOptions") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        @Nullable VolumeOptions volumeOptions,
    @JsonProperty("ImageOptions") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        @Nullable ImageOptions imageOptions,
    @JsonProperty("TmpfsOptions") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        @Nullable TmpfsOptions tmpfsOptions) {
  public MountRequest {
    type = type == null ? "" : type;
    source = source == null ? "" : source;
    target = target == null ? "" : target;
    consistency = consistency == null ? "" : consistency;
  }
}
