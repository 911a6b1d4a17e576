package io.layerd.image;

import io.layerd.error.InvalidParameter;

/** Reads an image's configuration. */
public final class ImageConfigFuzz {
  private ImageConfigFuzz() {}

  /** The form Jazzer calls. */
  public static void fuzzerTestOneInput(byte[] data) {
    try {
      ImageParser.parse(data, null);
    } catch (InvalidParameter e) {
      // refused
    }
  }
}
