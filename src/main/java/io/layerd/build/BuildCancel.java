package io.layerd.build;

import io.layerd.image.ImageService.Cancellation;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;

/** Ends all stages of a build: the client has gone, or one of them has failed. */
final class BuildCancel implements Cancellation {
  private final List<Runnable> actions = new ArrayList<>();
  private boolean cancelled;

  BuildCancel(Cancellation client) {
    client.onCancel(this::cancel);
  }

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

  void check() {
    if (cancelled()) {
      throw new CancellationException("the client has gone");
    }
  }
}
