package io.layerd.engine;

import io.layerd.container.AttachSession;
import io.layerd.container.FrameSink;
import io.smallrye.mutiny.Uni;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A session for an event loop: output on one thread, input on another, which exists only while
 * there is something to send. Platform threads, since reading a console blocks in a system call.
 */
final class SessionStream implements AttachStream {
  private final AttachSession session;
  private final Deque<Input> pending = new ArrayDeque<>();
  private boolean sending;

  /** {@code data} null is the end of the input. */
  private record Input(byte @Nullable [] data, CompletableFuture<@Nullable Void> taken) {}

  SessionStream(AttachSession session) {
    this.session = session;
  }

  @Override
  public boolean tty() {
    return session.tty();
  }

  @Override
  public Uni<Void> pump(FrameSink sink) {
    return Unis.onPlatformThread("attach output", () -> session.pump(sink))
        .onTermination()
        .invoke(this::close);
  }

  @Override
  public Uni<Void> write(byte[] data) {
    CompletableFuture<@Nullable Void> taken = enqueue(data);
    return Unis.ofFuture(() -> taken);
  }

  @Override
  public void closeInput() {
    enqueue(null);
  }

  private CompletableFuture<@Nullable Void> enqueue(byte @Nullable [] data) {
    Input input = new Input(data, new CompletableFuture<>());
    synchronized (this) {
      pending.addLast(input);
      if (sending) {
        return input.taken();
      }
      sending = true;
    }
    Thread.ofPlatform().daemon().name("attach input").start(this::send);
    return input.taken();
  }

  private void send() {
    while (true) {
      Input input;
      synchronized (this) {
        input = pending.pollFirst();
        if (input == null) {
          sending = false;
          return;
        }
      }
      try {
        byte[] data = input.data();
        if (data == null) {
          session.closeInput();
        } else {
          session.write(data, 0, data.length);
        }
        input.taken().complete(null);
      } catch (Throwable e) {
        input.taken().completeExceptionally(e);
      }
    }
  }

  @Override
  public void close() {
    Thread.ofPlatform().daemon().name("attach close").start(session::close);
  }
}
