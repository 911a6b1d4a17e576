package io.layerd.oci;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** The digest of a layer's uncompressed tar. OCI image-spec, config.md, "Layer DiffID". */
public record DiffId(Digest digest) {
  /** Parses {@code sha256:<hex>}. */
  @JsonCreator
  public static DiffId parse(String text) {
    return new DiffId(Digest.parse(text));
  }

  @JsonValue
  @Override
  public String toString() {
    return digest.toString();
  }
}
