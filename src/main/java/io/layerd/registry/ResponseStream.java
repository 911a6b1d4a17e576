package io.layerd.registry;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A response body as a stream that, unlike the JDK's own, notices a stalled sender, and whose
 * closing drops the connection. Holds at most {@link #AHEAD} parts of 16 KiB each.
 */
final class ResponseStream extends InputStream
    implements HttpResponse.BodySubscriber<ResponseStream> {
  private static final int AHEAD = 16;

  private sealed interface Item {
    record Data(List<ByteBuffer> parts) implements Item {}

    record Failed(Throwable cause) implements Item {}

    record End() implements Item {}
  }

  private final BlockingQueue<Item> queue = new LinkedBlockingQueue<>();
  private final Deque<ByteBuffer> ready = new ArrayDeque<>();
  private final Duration stall;
  private Flow.@Nullable Subscription subscription;
  private boolean closed;
  private boolean ended;

  ResponseStream(Duration stall) {
    this.stall = stall;
  }

  @Override
  public CompletionStage<ResponseStream> getBody() {
    return CompletableFuture.completedStage(this);
  }

  @Override
  public void onSubscribe(Flow.Subscription source) {
    synchronized (this) {
      if (!closed && subscription == null) {
        subscription = source;
        source.request(AHEAD);
        return;
      }
    }
    source.cancel();
  }

  @Override
  public void onNext(List<ByteBuffer> parts) {
    queue.add(new Item.Data(parts));
  }

  @Override
  public void onError(Throwable cause) {
    queue.add(new Item.Failed(cause));
  }

  @Override
  public void onComplete() {
    queue.add(new Item.End());
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
    while (true) {
      ByteBuffer part = ready.peek();
      if (part == null) {
        if (!more()) {
          return -1;
        }
      } else if (part.hasRemaining()) {
        int count = Math.min(length, part.remaining());
        part.get(target, offset, count);
        return count;
      } else {
        ready.remove();
      }
    }
  }

  private boolean more() throws IOException {
    if (ended) {
      return false;
    }
    switch (next()) {
      case Item.Data data -> {
        ready.addAll(data.parts());
        requestOne();
      }
      case Item.Failed failed -> {
        ended = true;
        throw new IOException(failed.cause().getMessage(), failed.cause());
      }
      case Item.End _ -> {
        ended = true;
        return false;
      }
    }
    return true;
  }

  private Item next() throws IOException {
    try {
      Item item = queue.poll(stall.toMillis(), TimeUnit.MILLISECONDS);
      if (item == null) {
        close();
        throw new IOException("no data for " + stall.toSeconds() + " s");
      }
      return item;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      close();
      throw new IOException("interrupted", e);
    }
  }

  private synchronized void requestOne() {
    if (subscription != null && !closed) {
      subscription.request(1);
    }
  }

  /** Safe from any thread; a reader that waits fails at once. */
  @Override
  public void close() {
    Flow.Subscription source;
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      source = subscription;
    }
    if (source != null) {
      source.cancel();
    }
    queue.add(new Item.Failed(new IOException("closed")));
  }
}
