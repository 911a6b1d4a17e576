package io.layerd.authorization;

import org.jspecify.annotations.Nullable;

/**
 * One description of a caller: all that is set has to fit. Names fit as a whole and in their case,
 * never as patterns.
 *
 * @param anyone fits everybody, whoever it is
 */
record Who(
    @Nullable String commonName,
    @Nullable String unit,
    @Nullable String name,
    @Nullable Integer uid,
    @Nullable Integer gid,
    boolean anyone) {

  boolean fits(Caller caller) {
    return switch (caller) {
      case Caller.Certificate certificate ->
          uid == null
              && gid == null
              && (commonName == null || commonName.equals(certificate.commonName()))
              && (unit == null || certificate.units().contains(unit))
              && (name == null || certificate.names().contains(name));
      case Caller.Peer peer ->
          commonName == null
              && unit == null
              && name == null
              && (uid == null || uid == peer.uid())
              && (gid == null || gid == peer.gid());
      case Caller.Unknown _ -> anyone;
    };
  }
}
