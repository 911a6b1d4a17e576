package io.layerd.container;

import io.layerd.error.EngineException;
import io.layerd.runtime.ContainerUsage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Looks at what a container uses, once or every second. */
final class StatsContainer {
  private static final long INTERVAL_MILLIS = 1000;

  private final Rooms rooms;

  StatsContainer(Rooms rooms) {
    this.rooms = rooms;
  }

  /** Blocks until the container is gone or the sink throws. */
  void run(Container container, StatsQuery query, Consumer<UsageSample> sink)
      throws InterruptedException {
    if (query.oneShot()) {
      ContainerUsage now = look(container);
      sink.accept(
          now == null
              ? new UsageSample(container.id, container.name, null, null)
              : new UsageSample("", "", now, null));
      return;
    }
    ContainerUsage before = null;
    if (!query.stream()) {
      before = look(container);
      if (before != null) {
        Thread.sleep(INTERVAL_MILLIS);
      }
    }
    while (true) {
      ContainerUsage now = look(container);
      sink.accept(new UsageSample(container.id, container.name, now, now == null ? null : before));
      if (!query.stream()) {
        return;
      }
      before = now;
      Thread.sleep(INTERVAL_MILLIS);
      if (rooms.index().byId(container.id).isEmpty()) {
        return;
      }
    }
  }

  private @Nullable ContainerUsage look(Container container) {
    if (!container.running()) {
      return null;
    }
    String mode = container.host.networkMode();
    boolean own = !mode.equals("host") && !mode.startsWith("container:");
    try {
      return rooms.runtime().usage(container.id, own);
    } catch (EngineException e) {
      // It ended at this moment.
      return null;
    }
  }
}
