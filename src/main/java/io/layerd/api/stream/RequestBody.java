package io.layerd.api.stream;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A request's body, read from another thread. No more than about {@link #MOST_BYTES} of it wait for
 * the reader, however large it is: then the connection rests until half of that is read, so that
 * the two threads seldom have to talk about it.
 */
final class RequestBody extends InputStream {
  private static final int MOST_BYTES = 1024 * 1024;

  private final Context context = Vertx.currentContext();
  private final HttpServerRequest request;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<Buffer> pieces = new ArrayDeque<>();
  private @Nullable Throwable failure;
  private boolean ended;
  private boolean unwanted;
  private int waitingBytes;
  private boolean resting;
  private Buffer current = Buffer.buffer(0);
  private int at;

  /** Takes the body over; call on the event loop, before the request's handler returns. */
  RequestBody(HttpServerRequest request) {
    this.request = request;
    request.pause();
    request.handler(this::put);
    request.endHandler(_ -> end(null));
    request.exceptionHandler(this::end);
    if ("100-continue".equalsIgnoreCase(request.getHeader("Expect"))) {
      request.response().writeContinue();
    }
    request.resume();
  }

  private void put(Buffer piece) {
    lock.lock();
    try {
      if (unwanted) {
        return;
      }
      pieces.addLast(piece);
      waitingBytes += piece.length();
      if (waitingBytes >= MOST_BYTES && !resting) {
        resting = true;
        request.pause();
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void end(@Nullable Throwable why) {
    lock.lock();
    try {
      ended = true;
      failure = why;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (at == current.length() && !next()) {
      return -1;
    }
    int n = Math.min(length, current.length() - at);
    current.getBytes(at, at + n, bytes, offset);
    at += n;
    return n;
  }

  private boolean next() throws IOException {
    boolean goOn = false;
    lock.lock();
    try {
      while (pieces.isEmpty() && !ended) {
        changed.await();
      }
      Buffer piece = pieces.pollFirst();
      if (piece == null) {
        if (failure != null) {
          throw new IOException("the client has closed the connection", failure);
        }
        return false;
      }
      current = piece;
      at = 0;
      waitingBytes -= piece.length();
      if (resting && waitingBytes <= MOST_BYTES / 2) {
        resting = false;
        goOn = true;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while the client was slow");
    } finally {
      lock.unlock();
    }
    if (goOn) {
      context.runOnContext(_ -> goOn());
    }
    return true;
  }

  /** On the event loop, where the body may have come to rest again since this was asked for. */
  private void goOn() {
    lock.lock();
    try {
      if (resting) {
        return;
      }
    } finally {
      lock.unlock();
    }
    request.resume();
  }

  /** Wants no more: whoever reads is told so at once. */
  @Override
  public void close() {
    end(new IOException("no more of it is wanted"));
    discard();
  }

  /** Lets the rest of the body pass, so that the connection can serve another request. */
  void discard() {
    lock.lock();
    try {
      unwanted = true;
      pieces.clear();
      resting = false;
    } finally {
      lock.unlock();
    }
    context.runOnContext(_ -> request.resume());
  }
}
