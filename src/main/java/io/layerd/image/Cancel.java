package io.layerd.image;

import io.layerd.image.ImageService.Cancellation;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;

/** Ends work early: its client has gone or says so, or a part of it has failed. */
public final class Cancel implements Cancellation {
  private final List<Runnable> actions = new ArrayList<>();
  private boolean cancelled;

  public Cancel() {}

  /** Also cancelled with the whole that the work is a part of. */
  public Cancel(Cancellation whole) {
    whole.onCancel(this::cancel);
  }

  /** Runs what waits for it, once, on this thread. */
  public void cancel() {
    take().forEach(Runnable::run);
  }

  /** {@link #cancel} from where nothing may block: the event loop. */
  public void cancelAside() {
    List<Runnable> waiting = take();
    Thread.ofPlatform().daemon().name("cancel").start(() -> waiting.forEach(Runnable::run));
  }

  private synchronized List<Runnable> take() {
    cancelled = true;
    List<Runnable> waiting = List.copyOf(actions);
    actions.clear();
    return waiting;
  }

  @Override
  public synchronized boolean cancelled() {
    return cancelled;
  }

  @Override
  public void onCancel(Runnable action) {
    synchronized (this) {
      if (!cancelled) {
        actions.add(action);
        return;
      }
    }
    action.run();
  }

  /**
   * @throws CancellationException if it was cancelled
   */
  public void check() {
    if (cancelled()) {
      throw new CancellationException("the client has gone");
    }
  }
}
