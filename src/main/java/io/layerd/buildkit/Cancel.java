package io.layerd.buildkit;

import io.layerd.image.ImageService.Cancellation;
import java.util.ArrayList;
import java.util.List;

/** Ends a build early. */
final class Cancel implements Cancellation {
  private final List<Runnable> actions = new ArrayList<>();
  private boolean cancelled;

  void cancel() {
    List<Runnable> now;
    synchronized (this) {
      if (cancelled) {
        return;
      }
      cancelled = true;
      now = List.copyOf(actions);
      actions.clear();
    }
    now.forEach(Runnable::run);
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
}
