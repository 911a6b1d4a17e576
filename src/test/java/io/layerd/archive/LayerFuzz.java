package io.layerd.archive;

import io.layerd.error.InvalidParameter;
import java.io.IOException;

/** Unpacks a layer: success or {@link InvalidParameter}, and nothing around it changes. */
public final class LayerFuzz {
  private static final Sandbox BOX = box();
  private static final int LOOK_EVERY = 64;
  private static int runs;

  private LayerFuzz() {}

  private static Sandbox box() {
    try {
      Sandbox made = new Sandbox();
      Runtime.getRuntime().addShutdownHook(new Thread(() -> close(made)));
      return made;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static void close(Sandbox box) {
    try {
      box.close();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** The form Jazzer calls. */
  public static void fuzzerTestOneInput(byte[] data) throws IOException {
    BOX.clear();
    try {
      // What is taken can be made again, byte for byte.
      BOX.roundTrip(data);
    } catch (InvalidParameter e) {
      // refused
    }
    if (++runs % LOOK_EVERY == 0 && !BOX.outsideUnchanged()) {
      throw new AssertionError("something outside the layer changed");
    }
  }
}
