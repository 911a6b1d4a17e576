package io.layerd.image;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/** A layer's bytes on their way from the thread that reads the archive to the one that unpacks. */
final class LayerPipe extends InputStream {
  /** Some bytes; none at the end, which may be an error. */
  private record Piece(byte[] bytes, int length, @Nullable IOException failure) {}

  private static final byte[] NOTHING = {};

  private final LoadBudget budget;
  private final BlockingQueue<Piece> pieces = new LinkedBlockingQueue<>();
  private Piece current = new Piece(NOTHING, 0, null);
  private int at;
  private boolean ended;
  private volatile boolean closed;

  LayerPipe(LoadBudget budget) {
    this.budget = budget;
  }

  /** Hands over a piece, which the caller must not touch again; may wait for memory. */
  void send(byte[] bytes, int length) throws IOException {
    if (closed) {
      return;
    }
    budget.take();
    pieces.add(new Piece(bytes, length, null));
    if (closed) {
      drain();
    }
  }

  /** Everything was sent. */
  void end() {
    pieces.add(new Piece(NOTHING, 0, null));
  }

  /** The rest will not come. */
  void fail(IOException failure) {
    pieces.add(new Piece(NOTHING, 0, failure));
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    while (!ended && at == current.length()) {
      next();
    }
    if (ended) {
      return -1;
    }
    int count = Math.min(length, current.length() - at);
    System.arraycopy(current.bytes(), at, target, offset, count);
    at += count;
    return count;
  }

  private void next() throws IOException {
    if (current.length() > 0) {
      budget.giveBack();
    }
    try {
      current = pieces.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      current = new Piece(NOTHING, 0, null);
      throw new InterruptedIOException("interrupted while loading");
    }
    at = 0;
    if (current.failure() != null) {
      throw new IOException(current.failure().getMessage(), current.failure());
    }
    ended = current.length() == 0;
  }

  /** What comes from now on is thrown away; the sender does not wait for anyone. */
  @Override
  public void close() {
    closed = true;
    if (current.length() > 0) {
      current = new Piece(NOTHING, 0, null);
      at = 0;
      budget.giveBack();
    }
    ended = true;
    drain();
  }

  private void drain() {
    for (Piece piece = pieces.poll(); piece != null; piece = pieces.poll()) {
      if (piece.length() > 0) {
        budget.giveBack();
      }
    }
  }
}
