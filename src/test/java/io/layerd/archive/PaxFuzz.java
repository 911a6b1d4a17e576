package io.layerd.archive;

import io.layerd.error.InvalidParameter;

/** Reads the records of a PAX header. */
public final class PaxFuzz {
  private PaxFuzz() {}

  /** The form Jazzer calls. */
  public static void fuzzerTestOneInput(byte[] data) {
    try {
      PaxRecords.parse(data);
    } catch (InvalidParameter e) {
      // refused
    }
  }
}
