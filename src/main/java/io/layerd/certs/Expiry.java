package io.layerd.certs;

import java.time.Duration;
import java.time.Instant;

/**
 * When something a daemon's TLS needs runs out.
 *
 * @param name its subject's common name, or the issuer's for a revocation list
 */
public record Expiry(Role role, String name, Instant at) {
  /** What runs out. */
  public enum Role {
    SERVER("server certificate"),
    AUTHORITY("certificate authority"),
    REVOCATION_LIST("certificate revocation list");

    private final String words;

    Role(String words) {
      this.words = words;
    }

    /** For a sentence. */
    public String words() {
      return words;
    }
  }

  /** How long it still is; negative afterwards. */
  public Duration left(Instant now) {
    return Duration.between(now, at);
  }
}
