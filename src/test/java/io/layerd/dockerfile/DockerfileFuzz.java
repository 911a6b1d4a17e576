package io.layerd.dockerfile;

import io.layerd.error.InvalidParameter;
import java.nio.charset.StandardCharsets;

/** Reads a Dockerfile, and puts variables into each line of it. */
public final class DockerfileFuzz {
  private DockerfileFuzz() {}

  /** The form Jazzer calls. */
  public static void fuzzerTestOneInput(byte[] data) {
    String text = new String(data, StandardCharsets.UTF_8);
    try {
      new DockerfileParser("Dockerfile").parse(text);
    } catch (InvalidParameter e) {
      // refused
    }
    Substitution substitution = new Substitution('\\', name -> name.length() > 1 ? "value" : null);
    try {
      substitution.word(text);
      substitution.words(text);
    } catch (InvalidParameter e) {
      // refused
    }
  }
}
