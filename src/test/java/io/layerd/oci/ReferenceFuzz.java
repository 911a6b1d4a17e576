package io.layerd.oci;

import io.layerd.error.InvalidParameter;
import java.nio.charset.StandardCharsets;

/** Reads a name of an image; what it is written as is the same name again. */
public final class ReferenceFuzz {
  private ReferenceFuzz() {}

  /** The form Jazzer calls. */
  public static void fuzzerTestOneInput(byte[] data) {
    Reference reference;
    try {
      reference = Reference.parse(new String(data, StandardCharsets.UTF_8));
    } catch (InvalidParameter e) {
      return;
    }
    // Not of the familiar form: "docker.io/a.b/c" is shown as "a.b/c", by dockerd as well, which is
    // another name.
    String full = reference.toString();
    if (!Reference.parse(full).equals(reference)) {
      throw new AssertionError(reference + " is not " + full);
    }
  }
}
