package io.layerd.graph;

import java.nio.file.Path;

/**
 * The changes of a layer against its parent as a directory in the form of an overlayfs upper: what
 * is new or different lies there, a character device 0:0 stands for what is deleted, and {@code
 * trusted.overlay.opaque} for a directory that replaces what was there. Read it, never write.
 *
 * @param directory valid until {@link #close}
 * @param cleanUp what closing does
 */
public record LayerChanges(Path directory, Runnable cleanUp) implements AutoCloseable {
  /** A directory that is there anyway. */
  public static LayerChanges kept(Path directory) {
    return new LayerChanges(directory, () -> {});
  }

  @Override
  public void close() {
    cleanUp.run();
  }
}
