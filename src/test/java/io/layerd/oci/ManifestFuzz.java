package io.layerd.oci;

import io.layerd.error.InvalidParameter;

/** Reads a manifest or an index, and chooses from an index. */
public final class ManifestFuzz {
  private ManifestFuzz() {}

  /** The form Jazzer calls. */
  public static void fuzzerTestOneInput(byte[] data) {
    try {
      if (ManifestDocument.parse(null, data) instanceof Index index) {
        index.select(Platform.host());
      }
    } catch (InvalidParameter e) {
      // refused
    }
  }
}
