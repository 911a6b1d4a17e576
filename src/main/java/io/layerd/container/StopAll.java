package io.layerd.container;

import io.layerd.error.EngineException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;

/**
 * Stops every container because the daemon ends, each with its own signal and patience. None counts
 * as stopped by its user, so the next daemon starts those whose restart policy says so.
 */
final class StopAll {
  private static final Logger LOG = Logger.getLogger(StopAll.class);

  /** What a container that was killed may take until its end is known. */
  private static final int GRACE_SECONDS = 5;

  private final Rooms rooms;
  private final SignalContainer signals;
  private final ExitHandler exits;

  StopAll(Rooms rooms, SignalContainer signals, ExitHandler exits) {
    this.rooms = rooms;
    this.signals = signals;
    this.exits = exits;
  }

  /**
   * Blocks until all have ended.
   *
   * @param seconds the longest wait, unless a container asks for a longer one; negative for as long
   *     as it takes
   * @return whether there was any to stop
   */
  boolean run(int seconds) {
    exits.end();
    signals.end();
    List<Container> running = rooms.index().all().stream().filter(Container::running).toList();
    List<CompletableFuture<Void>> ends = new ArrayList<>();
    for (Container container : running) {
      try {
        ends.add(signals.stop(container.id, container, null, null));
      } catch (EngineException e) {
        LOG.debugf("container %s: %s", container.shortId(), e.getMessage());
      }
    }
    await(
        CompletableFuture.allOf(ends.toArray(CompletableFuture<?>[]::new)),
        limit(running, seconds));
    return !running.isEmpty();
  }

  /** Negative for none. */
  private static int limit(List<Container> running, int seconds) {
    int limit = seconds;
    for (Container container : running) {
      int own = SignalContainer.patience(container);
      if (limit < 0 || own < 0) {
        return -1;
      }
      limit = Math.max(limit, own + GRACE_SECONDS);
    }
    return limit;
  }

  private static void await(CompletableFuture<Void> ends, int seconds) {
    try {
      if (seconds < 0) {
        ends.get();
      } else {
        ends.get(seconds, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException e) {
      LOG.warnf("not every container could be stopped: %s", e.getMessage());
    } catch (TimeoutException e) {
      LOG.warn("not every container has stopped in time; the next start finds those that run");
    }
  }
}
