package io.layerd.image;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.Semaphore;

/** Memory for pieces of an archive that were read and not yet unpacked, shared by its layers. */
final class LoadBudget {
  static final int PIECE_BYTES = 256 * 1024;
  private static final int PIECES = 96;

  private final Semaphore pieces = new Semaphore(PIECES);

  /** Waits until there is room for one more piece. */
  void take() throws IOException {
    try {
      pieces.acquire();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while loading");
    }
  }

  void giveBack() {
    pieces.release();
  }
}
