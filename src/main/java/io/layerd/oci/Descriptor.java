package io.layerd.oci;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.layerd.error.InvalidParameter;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a blob is, its digest and its size in bytes. OCI image-spec, descriptor.md. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Descriptor(
    @JsonProperty("mediaType") String mediaType,
    @JsonProperty("digest") Digest digest,
    @JsonProperty("size") long size,
    @JsonProperty("platform") @Nullable Platform platform,
    @JsonProperty("annotations") @Nullable Map<String, String> annotations) {
  public Descriptor {
    mediaType = mediaType == null ? "" : mediaType;
    if (digest == null) {
      throw new InvalidParameter("invalid descriptor: no digest");
    }
    if (size < 0) {
      throw new InvalidParameter("invalid descriptor: negative size of " + digest);
    }
  }
}
