package io.layerd.api.stream;

import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.WriteStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The way from a producing (virtual) thread to a connection: {@link #write} blocks while the client
 * is slow. Pieces that gather while the event loop is busy leave it as one.
 */
final class BlockingOutput {
  /** Bytes on their way to the client before the producer has to wait. */
  static final int LIMIT_BYTES = 256 * 1024;

  private final Context context;
  private final WriteStream<Buffer> stream;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private Buffer staged = Buffer.buffer();
  private boolean scheduled;
  private long pendingBytes;
  private boolean gone;

  BlockingOutput(Context context, WriteStream<Buffer> stream) {
    this.context = context;
    this.stream = stream;
  }

  /**
   * Hands bytes over; blocks while {@link #LIMIT_BYTES} are on their way.
   *
   * @throws IOException if the client has gone, or the thread is interrupted
   */
  void write(byte[]... pieces) throws IOException {
    lock.lock();
    try {
      awaitRoom();
      for (byte[] piece : pieces) {
        staged.appendBytes(piece);
        pendingBytes += piece.length;
      }
      schedule();
    } finally {
      lock.unlock();
    }
  }

  /** The same for a part of an array. */
  void write(byte[] bytes, int offset, int length) throws IOException {
    lock.lock();
    try {
      awaitRoom();
      staged.appendBytes(bytes, offset, length);
      pendingBytes += length;
      schedule();
    } finally {
      lock.unlock();
    }
  }

  private void awaitRoom() throws IOException {
    try {
      while (pendingBytes >= LIMIT_BYTES && !gone) {
        changed.await();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while the client was slow");
    }
    if (gone) {
      throw new IOException("the client has closed the connection");
    }
  }

  private void schedule() {
    if (!scheduled) {
      scheduled = true;
      context.runOnContext(_ -> drain());
    }
  }

  /** Hands bytes over if fewer than half the limit are on their way, and never blocks. */
  void offer(byte[] piece) {
    lock.lock();
    try {
      if (gone || pendingBytes >= LIMIT_BYTES / 2) {
        return;
      }
      staged.appendBytes(piece);
      pendingBytes += piece.length;
      if (!scheduled) {
        scheduled = true;
        context.runOnContext(_ -> drain());
      }
    } finally {
      lock.unlock();
    }
  }

  private void drain() {
    Buffer piece;
    lock.lock();
    try {
      scheduled = false;
      piece = staged;
      staged = Buffer.buffer();
      if (gone) {
        return;
      }
    } finally {
      lock.unlock();
    }
    stream.write(piece, result -> written(piece.length(), result.succeeded()));
  }

  private void written(int bytes, boolean succeeded) {
    lock.lock();
    try {
      pendingBytes -= bytes;
      gone |= !succeeded;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Runs something on the event loop after all that was written so far was handed over. */
  void afterwards(Runnable action) {
    context.runOnContext(_ -> action.run());
  }

  /** The client has gone: wakes a waiting producer, every further write fails. */
  void gone() {
    lock.lock();
    try {
      gone = true;
      staged = Buffer.buffer();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
