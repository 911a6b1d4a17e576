package io.layerd.image;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.IntSupplier;

/**
 * Runs transfers, at most so many at a time as the settings say, in the order they came. Each runs
 * on a platform thread of its own: unpacking makes blocking system calls.
 */
final class TransferSlots {
  private final IntSupplier most;
  private final Queue<Runnable> waiting = new ArrayDeque<>();
  private int running;

  TransferSlots(IntSupplier most) {
    this.most = most;
  }

  /** Starts the work now or when a slot is free; says whether it started. */
  synchronized boolean submit(Runnable work) {
    waiting.add(work);
    startSome();
    return !waiting.contains(work);
  }

  /** Takes back what has not started. */
  synchronized boolean withdraw(Runnable work) {
    return waiting.remove(work);
  }

  private void startSome() {
    int limit = Math.max(1, most.getAsInt());
    while (running < limit && !waiting.isEmpty()) {
      Runnable work = waiting.remove();
      running++;
      Thread.ofPlatform().name("layer-transfer").daemon().start(() -> run(work));
    }
  }

  private void run(Runnable work) {
    try {
      work.run();
    } finally {
      synchronized (this) {
        running--;
        startSome();
      }
    }
  }
}
