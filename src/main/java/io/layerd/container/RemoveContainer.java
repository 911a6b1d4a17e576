package io.layerd.container;

import io.layerd.container.StoredContainer.Mount;
import io.layerd.error.Conflict;
import io.layerd.error.EngineException;
import io.layerd.metrics.EngineMetrics;
import io.layerd.volume.Volume;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jboss.logging.Logger;

/** Remove, by a user or because the container was made with auto-remove. */
final class RemoveContainer {
  private static final Logger LOG = Logger.getLogger(RemoveContainer.class);

  private final Rooms rooms;
  private final SignalContainer signals;
  private final ExecTable execs;

  RemoveContainer(Rooms rooms, SignalContainer signals, ExecTable execs) {
    this.rooms = rooms;
    this.signals = signals;
    this.execs = execs;
  }

  CompletableFuture<Void> remove(String ref, Container container, boolean force, boolean volumes) {
    boolean running;
    container.lock.lock();
    try {
      checkNotRemoving(container);
      running = container.running();
      if (running && !force) {
        String state =
            container.state.paused()
                ? "paused and must be unpaused first"
                : "running: stop the container before removing or force remove";
        if (container.state.restarting()) {
          state = "restarting: stop the container before removing or force remove";
        }
        throw new Conflict("cannot remove container \"" + ref + "\": container is " + state);
      }
      container.state = container.state.withRemoving(true);
    } finally {
      container.lock.unlock();
    }
    CompletableFuture<Void> stopped;
    try {
      stopped = running ? signals.force(container) : CompletableFuture.completedFuture(null);
    } catch (RuntimeException e) {
      notRemoved(container);
      throw e;
    }
    if (stopped.isDone() && !stopped.isCompletedExceptionally()) {
      finish(container, volumes);
      return CompletableFuture.completedFuture(null);
    }
    return stopped
        .whenComplete(
            (_, failure) -> {
              if (failure != null) {
                notRemoved(container);
              }
            })
        .thenRunAsync(() -> finish(container, volumes), rooms.work());
  }

  /** For a container that ended and was made with {@code --rm}. */
  void auto(Container container) {
    container.lock.lock();
    try {
      if (container.state.removing() || container.running()) {
        return;
      }
      container.state = container.state.withRemoving(true);
    } finally {
      container.lock.unlock();
    }
    try {
      finish(container, true);
    } catch (RuntimeException e) {
      LOG.errorf("container %s cannot be removed: %s", container.shortId(), e.getMessage());
    }
  }

  private static void checkNotRemoving(Container container) {
    if (container.state.removing()) {
      throw new Conflict("removal of container " + container.id + " is already in progress");
    }
  }

  private static void notRemoved(Container container) {
    container.lock.lock();
    try {
      container.state = container.state.withRemoving(false);
    } finally {
      container.lock.unlock();
    }
  }

  private void finish(Container container, boolean volumes) {
    long start = System.nanoTime();
    int code = container.state.exitCode();
    container.lock.lock();
    try {
      delete(container);
      if (volumes) {
        container.mounts.values().forEach(this::removeAnonymous);
      }
      new Links(rooms).unregister(container);
      rooms.index().remove(container);
      rooms.selinux().release(container.labels);
      execs.dropOf(container.id);
      container.attachments.close();
      rooms.events().publish(container, "destroy");
    } finally {
      container.lock.unlock();
    }
    container.waiters.removed(code);
    EngineMetrics.CONTAINER_DELETE.since(start);
  }

  private void delete(Container container) {
    try {
      rooms.files().beginRemoval(container.id);
    } catch (RuntimeException e) {
      container.state = container.state.withRemoving(false);
      throw e;
    }
    try {
      rooms.layers().removeReadWrite(container.id);
    } catch (RuntimeException e) {
      rooms.files().undoRemoval(container.id);
      container.state = container.state.withRemoving(false).asDead();
      rooms.files().save(container);
      throw e instanceof EngineException known
          ? Rewording.prefix("container " + container.id + ": ", known)
          : e;
    }
    for (Mount mount : container.mounts.values()) {
      if (mount.isVolume()) {
        rooms.volumes().unrefer(mount.name(), container.id);
      }
    }
    rooms.files().endRemoval(container.id);
  }

  private void removeAnonymous(Mount mount) {
    if (!mount.isVolume() || !mount.spec().source().isEmpty()) {
      return;
    }
    Optional<Volume> volume = rooms.volumes().find(mount.name());
    if (volume.isEmpty() || !volume.get().anonymous()) {
      return;
    }
    try {
      rooms.volumes().remove(mount.name(), false);
      rooms.events().volumeGone(mount.name(), mount.driver());
    } catch (EngineException e) {
      // Another container uses it by now: it stays.
      LOG.debugf("volume %s stays: %s", mount.name(), e.getMessage());
    }
  }
}
