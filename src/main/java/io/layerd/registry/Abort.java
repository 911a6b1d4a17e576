package io.layerd.registry;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;

/** Ends a transfer from another thread: what waits on the network wakes at once. */
public final class Abort {
  private final List<Runnable> actions = new ArrayList<>();
  private boolean aborted;

  /** Runs the registered actions once. */
  public void abort() {
    List<Runnable> run;
    synchronized (this) {
      if (aborted) {
        return;
      }
      aborted = true;
      notifyAll();
      run = List.copyOf(actions);
      actions.clear();
    }
    run.forEach(Runnable::run);
  }

  public synchronized boolean aborted() {
    return aborted;
  }

  /** Throws if aborted. */
  public void check() {
    if (aborted()) {
      throw new CancellationException("context canceled");
    }
  }

  /** Runs the action on abort, at once if that has happened; closing takes it back. */
  public Registration onAbort(Runnable action) {
    synchronized (this) {
      if (!aborted) {
        actions.add(action);
        return () -> forget(action);
      }
    }
    action.run();
    return () -> {};
  }

  private synchronized void forget(Runnable action) {
    actions.removeIf(known -> known == action);
  }

  /** Waits, unless aborted. */
  public synchronized void sleep(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    while (!aborted) {
      long left = end - System.nanoTime();
      if (left <= 0) {
        return;
      }
      try {
        wait(Math.max(1, left / 1_000_000));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new CancellationException("interrupted");
      }
    }
    throw new CancellationException("context canceled");
  }

  /** An action's place in the list. */
  public interface Registration extends AutoCloseable {
    @Override
    void close();
  }
}
