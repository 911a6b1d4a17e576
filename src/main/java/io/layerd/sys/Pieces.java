package io.layerd.sys;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Work in pieces that mostly wait, if they take any time at all: done on this thread until one
 * proves slow, and the rest of them side by side. A file system that discards blocks as it frees
 * them takes milliseconds for each file that is deleted, others microseconds.
 */
final class Pieces {
  private static final long SLOW_NANOS = 1_000_000;
  private static final int MOST_THREADS = 8;

  /** One piece. */
  interface Piece {
    /**
     * @param alone whether it may itself work side by side
     */
    void run(boolean alone) throws ErrnoException;
  }

  private Pieces() {}

  /**
   * Returns when all are done, and with the first failure if there was one; what had not begun by
   * then is left.
   *
   * @param alone whether nothing else of this work runs
   */
  static void run(List<Piece> pieces, boolean alone) throws ErrnoException {
    for (int i = 0; i < pieces.size(); i++) {
      long start = System.nanoTime();
      pieces.get(i).run(alone);
      List<Piece> rest = pieces.subList(i + 1, pieces.size());
      if (alone && rest.size() > 1 && System.nanoTime() - start > SLOW_NANOS) {
        sideBySide(rest);
        return;
      }
    }
  }

  private static void sideBySide(List<Piece> pieces) throws ErrnoException {
    AtomicInteger next = new AtomicInteger();
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    Runnable worker =
        () -> {
          for (int i = next.getAndIncrement();
              i < pieces.size() && failure.get() == null;
              i = next.getAndIncrement()) {
            try {
              pieces.get(i).run(false);
            } catch (ErrnoException | RuntimeException | Error e) {
              failure.compareAndSet(null, e);
            }
          }
        };
    List<Thread> threads = new ArrayList<>();
    for (int i = 1; i < Math.min(MOST_THREADS, pieces.size()); i++) {
      threads.add(Thread.ofPlatform().name("deletion").daemon().start(worker));
    }
    worker.run();
    threads.forEach(Pieces::join);
    switch (failure.get()) {
      case null -> {}
      case ErrnoException e -> throw e;
      case RuntimeException e -> throw e;
      case Throwable e -> throw new IllegalStateException(e);
    }
  }

  private static void join(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
