package io.layerd.engine;

import io.layerd.engine.worker.LaneGroup;
import io.layerd.engine.worker.Task;
import io.smallrye.mutiny.Uni;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;

/** Work as a {@code Uni}: on a lane, on a virtual thread, or waiting for a future. */
final class Unis {
  private Unis() {}

  /** Blocking work without a result. */
  interface Action {
    void run() throws Exception;
  }

  static <T> Uni<T> onLane(LaneGroup lanes, String name, Callable<T> work) {
    return ofFuture(() -> lanes.submit(new Task<>(name, work)));
  }

  static Uni<Void> onLane(LaneGroup lanes, String name, Runnable work) {
    return onLane(
        lanes,
        name,
        () -> {
          work.run();
          return null;
        });
  }

  /**
   * The quick part of an operation on a lane; then no lane is held while its future is waited for.
   */
  static <T> Uni<T> onLaneThenWait(
      LaneGroup lanes, String name, Callable<CompletableFuture<T>> work) {
    return onLane(lanes, name, work).chain(future -> ofFuture(() -> future));
  }

  /** Waits for a future; cancelling cancels it. */
  static <T> Uni<T> ofFuture(java.util.function.Supplier<CompletableFuture<T>> start) {
    return Uni.createFrom()
        .emitter(
            emitter -> {
              CompletableFuture<T> future;
              try {
                future = start.get();
              } catch (RuntimeException e) {
                emitter.fail(e);
                return;
              }
              emitter.onTermination(() -> future.cancel(false));
              future.whenComplete(
                  (value, failure) -> {
                    if (failure == null) {
                      emitter.complete(value);
                    } else {
                      emitter.fail(cause(failure));
                    }
                  });
            });
  }

  /**
   * Long waiting in pure Java (sleep, queue, file) that holds no lane; cancelling interrupts it.
   * Not for what blocks inside a system call of ours: that would hold one of the few carrier
   * threads.
   */
  static Uni<Void> onVirtualThread(String name, Action work) {
    return onThread(Thread.ofVirtual().name(name), work);
  }

  /** {@link #onVirtualThread} with a result. */
  static <T> Uni<T> onVirtualThreadFor(String name, Callable<T> work) {
    return Uni.createFrom()
        .deferred(
            () -> {
              AtomicReference<T> result = new AtomicReference<>();
              return onVirtualThread(name, () -> result.set(work.call())).map(_ -> result.get());
            });
  }

  /** Long blocking work that enters the kernel through {@code sys}; cancelling interrupts it. */
  static Uni<Void> onPlatformThread(String name, Action work) {
    return onThread(Thread.ofPlatform().daemon().name(name), work);
  }

  private static Uni<Void> onThread(Thread.Builder builder, Action work) {
    return Uni.createFrom()
        .emitter(
            emitter -> {
              Thread thread =
                  builder.unstarted(
                      () -> {
                        try {
                          work.run();
                          emitter.complete(null);
                        } catch (Throwable e) {
                          emitter.fail(e);
                        }
                      });
              // Also called after the end, on that thread itself: it must not go on interrupted.
              emitter.onTermination(
                  () -> {
                    if (Thread.currentThread() != thread) {
                      thread.interrupt();
                    }
                  });
              thread.start();
            });
  }

  private static Throwable cause(Throwable failure) {
    Throwable cause = failure.getCause();
    return failure instanceof CompletionException && cause != null ? cause : failure;
  }
}
