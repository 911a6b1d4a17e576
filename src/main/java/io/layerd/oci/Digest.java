package io.layerd.oci;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.layerd.error.InvalidParameter;
import io.layerd.sys.Sha256;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A content digest, {@code sha256:<64 lower-case hex>}. OCI image-spec, descriptor.md, "Digests".
 */
public record Digest(String algorithm, String hex) {
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

  public Digest {
    if (!algorithm.equals("sha256") || !SHA256.matcher(hex).matches()) {
      throw new InvalidParameter("invalid digest: " + algorithm + ":" + hex);
    }
  }

  /**
   * Parses {@code algorithm:hex}.
   *
   * @throws InvalidParameter if it is not a well-formed sha256 digest
   */
  @JsonCreator
  public static Digest parse(String text) {
    int colon = text.indexOf(':');
    if (colon < 0) {
      throw new InvalidParameter("invalid digest: " + text);
    }
    return new Digest(text.substring(0, colon), text.substring(colon + 1));
  }

  /** A sha256 digest from its 32 bytes. */
  public static Digest ofSha256(byte[] hash) {
    return new Digest("sha256", HexFormat.of().formatHex(hash));
  }

  /** The sha256 digest of some bytes. */
  public static Digest of(byte[] content) {
    return ofSha256(newSha256().digest(content));
  }

  /** A fresh SHA-256 computation; every Java runtime has one. */
  public static MessageDigest newSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("no SHA-256 in this Java runtime", e);
    }
  }

  /** A fresh SHA-256 computation for the bytes of a layer: worth what it costs to begin. */
  public static MessageDigest newLayerSha256() {
    return Sha256.fresh();
  }

  @JsonValue
  @Override
  public String toString() {
    return algorithm + ":" + hex;
  }

  // Written out: the compiler's own is interpreted in a native image, a thousand times slower.
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Digest that && hex.equals(that.hex) && algorithm.equals(that.algorithm);
  }

  @Override
  public int hashCode() {
    return hex.hashCode();
  }
}
