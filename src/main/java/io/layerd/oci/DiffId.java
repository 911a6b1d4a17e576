package io.layerd.oci;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import org.jspecify.annotations.Nullable;

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

  // Written out: the compiler's own is interpreted in a native image, a thousand times slower.
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof DiffId that && digest.equals(that.digest);
  }

  @Override
  public int hashCode() {
    return digest.hashCode();
  }
}
