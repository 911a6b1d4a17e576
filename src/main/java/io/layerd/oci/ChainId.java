package io.layerd.oci;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The identity of a stack of layers. OCI image-spec, config.md, "Layer ChainID". */
public record ChainId(Digest digest) {
  /** The chain ID of a layer on top of a parent, or of a base layer where there is no parent. */
  public static ChainId of(@Nullable ChainId parent, DiffId diffId) {
    if (parent == null) {
      return new ChainId(diffId.digest());
    }
    String text = parent + " " + diffId;
    return new ChainId(Digest.of(text.getBytes(StandardCharsets.US_ASCII)));
  }

  /** The chain ID of a whole stack, base first; null for no layers. */
  public static @Nullable ChainId of(List<DiffId> diffIds) {
    ChainId chain = null;
    for (DiffId diffId : diffIds) {
      chain = of(chain, diffId);
    }
    return chain;
  }

  /** Parses {@code sha256:<hex>}. */
  public static ChainId parse(String text) {
    return new ChainId(Digest.parse(text));
  }

  @Override
  public String toString() {
    return digest.toString();
  }

  // Written out: the compiler's own is interpreted in a native image, a thousand times slower.
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ChainId that && digest.equals(that.digest);
  }

  @Override
  public int hashCode() {
    return digest.hashCode();
  }
}
