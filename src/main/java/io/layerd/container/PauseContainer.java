package io.layerd.container;

import io.layerd.error.Conflict;
import io.layerd.error.SystemFailure;

/** Pause and unpause. */
final class PauseContainer {
  private final Rooms rooms;

  PauseContainer(Rooms rooms) {
    this.rooms = rooms;
  }

  void pause(Container container) {
    container.lock.lock();
    try {
      if (!container.running()) {
        throw new Conflict("container " + container.id + " is not running");
      }
      if (container.state.paused()) {
        throw new Conflict("Container " + container.id + " is already paused");
      }
      if (container.state.restarting()) {
        throw new Conflict(
            "Container " + container.id + " is restarting, wait until the container is running");
      }
      rooms.runtime().pause(container.id);
      set(container, true, "pause");
    } finally {
      container.lock.unlock();
    }
  }

  void unpause(Container container) {
    container.lock.lock();
    try {
      if (!container.state.paused()) {
        throw new SystemFailure("Container " + container.id + " is not paused");
      }
      rooms.runtime().resume(container.id);
      set(container, false, "unpause");
    } finally {
      container.lock.unlock();
    }
  }

  private void set(Container container, boolean paused, String event) {
    container.state = container.state.withPaused(paused);
    rooms.files().save(container);
    rooms.events().publish(container, event);
  }
}
