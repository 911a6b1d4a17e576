package io.layerd.certs;

import java.math.BigInteger;
import java.time.Instant;

/**
 * A certificate that an authority has given out.
 *
 * @param name who holds it
 * @param current whether it is the one in its holder's directory, not one of before
 */
public record Issued(
    Role role,
    String name,
    BigInteger serial,
    AltNames names,
    Instant until,
    boolean revoked,
    boolean current) {
  /** The serial number as a command line takes it. */
  public String serialText() {
    return serial.toString(16);
  }

  /** Whether it still opens a door at an instant. */
  public boolean good(Instant now) {
    return !revoked && until.isAfter(now);
  }
}
