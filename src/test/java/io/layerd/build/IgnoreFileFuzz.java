package io.layerd.build;

import io.layerd.error.InvalidParameter;
import java.nio.charset.StandardCharsets;

/** Reads a {@code .dockerignore} and asks it about its own first line. */
public final class IgnoreFileFuzz {
  private IgnoreFileFuzz() {}

  /** The form Jazzer calls. */
  public static void fuzzerTestOneInput(byte[] data) {
    String text = new String(data, StandardCharsets.UTF_8);
    try {
      IgnoreFile.parse(text).excludes(text.lines().findFirst().orElse("a/b"));
    } catch (InvalidParameter e) {
      // refused
    }
  }
}
