package io.layerd.container;

import io.layerd.container.StoredContainer.Mount;
import io.layerd.error.EngineException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jboss.logging.Logger;

/**
 * Takes back what a start took: runtime state, network, volumes, mount. Goes on after a failure and
 * may be repeated.
 */
final class Teardown {
  private static final Logger LOG = Logger.getLogger(Teardown.class);

  private final Rooms rooms;
  private final NetworkPlan networks;

  Teardown(Rooms rooms, NetworkPlan networks) {
    this.rooms = rooms;
    this.networks = networks;
  }

  /**
   * Everything, in the reverse order of a start, but the runtime's word how it ended: that goes
   * with {@link #runtime} once it was written down. Call with the container's lock held.
   *
   * @return done when the runtime has let go of it, a program of its own that the rest need not
   *     wait for; to be awaited before the lock is given back
   */
  CompletableFuture<Void> all(Container container) {
    CompletableFuture<Void> ended =
        CompletableFuture.runAsync(
            () -> endRuntime(container),
            task -> Thread.ofPlatform().name("end " + container.shortId()).start(task));
    network(container);
    for (Mount mount : container.mounts.values()) {
      release(container, mount);
    }
    rooms.shm().release(container);
    layers(container);
    return ended;
  }

  private void endRuntime(Container container) {
    quietly(container, "end its runtime state", () -> rooms.runtime().end(container.id));
  }

  void runtime(Container container) {
    quietly(container, "delete its runtime state", () -> rooms.runtime().delete(container.id));
  }

  void network(Container container) {
    if (NetworkPlan.onNetworks(container)) {
      quietly(
          container, "take it off its networks", () -> rooms.networks().disconnect(container.id));
      if (!container.sandboxKey.isEmpty()) {
        networks.tell("disconnect", container);
      }
    }
    container.networks = Endpoints.idle(container.networks);
    container.ports = Map.of();
    container.sandboxKey = "";
    container.sandboxId = "";
    container.resolver = false;
  }

  /** What a start took into use for a mount. */
  void release(Container container, Mount mount) {
    if (mount.isVolume()) {
      volume(container, mount);
    } else if (mount.type().equals("image")) {
      quietly(
          container,
          "release image " + mount.name(),
          () -> new ImageMounts(rooms).release(container, mount));
    }
  }

  private void volume(Container container, Mount mount) {
    quietly(
        container,
        "release volume " + mount.name(),
        () -> rooms.volumes().release(mount.name(), container.id));
    rooms.events().volume("unmount", mount, container);
  }

  void layers(Container container) {
    container.rootfs = null;
    quietly(container, "unmount its layers", () -> rooms.layers().unmount(container.id));
  }

  private static void quietly(Container container, String what, Runnable step) {
    try {
      step.run();
    } catch (EngineException e) {
      LOG.warnf("container %s: cannot %s: %s", container.shortId(), what, e.getMessage());
    }
  }
}
