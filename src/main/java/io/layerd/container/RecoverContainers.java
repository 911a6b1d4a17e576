package io.layerd.container;

import io.layerd.error.Conflict;
import io.layerd.error.EngineException;
import io.layerd.network.NetworkService.Attachment;
import io.layerd.runtime.ContainerRuntime.RunningProcess;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Finds the containers of an earlier daemon again: those that ran on, those that ended meanwhile,
 * and those that are to be started.
 */
final class RecoverContainers {
  private static final Logger LOG = Logger.getLogger(RecoverContainers.class);
  private static final int LINKED_PATIENCE_SECONDS = 5;

  private final Rooms rooms;
  private final ExitHandler exits;
  private final Teardown teardown;
  private final StartContainer start;
  private final RemoveContainer remove;

  RecoverContainers(
      Rooms rooms,
      ExitHandler exits,
      Teardown teardown,
      StartContainer start,
      RemoveContainer remove) {
    this.rooms = rooms;
    this.exits = exits;
    this.teardown = teardown;
    this.start = start;
    this.remove = remove;
  }

  /** Loads all containers; nothing else may run yet. */
  void load() {
    rooms.files().sweep();
    List<Container> loaded = new ArrayList<>();
    for (Container container : rooms.files().load()) {
      try {
        rooms.index().reserve(container.name, container.id);
      } catch (Conflict e) {
        container.name = "/" + container.id;
        rooms.index().reserve(container.name, container.id);
        LOG.warnf("container %s lost its name: %s", container.shortId(), e.getMessage());
      }
      rooms.index().add(container);
      rooms.selinux().reserve(container.labels);
      loaded.add(container);
      container.mounts.values().stream()
          .filter(StoredContainer.Mount::isVolume)
          .forEach(mount -> refer(container, mount.name()));
    }
    loaded.forEach(new Links(rooms)::load);
  }

  private void refer(Container container, String volume) {
    try {
      rooms.volumes().refer(volume, container.id);
    } catch (EngineException e) {
      LOG.warnf("container %s: %s", container.shortId(), e.getMessage());
    }
  }

  void recover() {
    Set<String> layers = new HashSet<>(rooms.files().ids());
    rooms.index().all().stream()
        .filter(Container::alive)
        .forEach(container -> layers.addAll(ImageMounts.layers(container)));
    rooms.layers().recover(layers);

    Map<Container, RunningProcess> found = new LinkedHashMap<>();
    Set<String> running = new HashSet<>();
    List<Container> gone = new ArrayList<>();
    for (Container container : rooms.index().all()) {
      Optional<RunningProcess> process = find(container);
      if (process.isPresent()) {
        found.put(container, process.get());
        if (!process.get().exit().isDone()) {
          running.add(container.id);
        }
      } else if (container.alive()) {
        gone.add(container);
      }
    }
    rooms.networks().recover(running);
    found.forEach(this::adopt);
    gone.forEach(this::lost);
    Map<String, CompletableFuture<Void>> starts = new HashMap<>();
    rooms.index().all().stream()
        .sorted(Comparator.comparing(Container::createdAt))
        .forEach(container -> settle(container, starts));
  }

  private Optional<RunningProcess> find(Container container) {
    try {
      return rooms.runtime().find(container.id, container.config.tty());
    } catch (EngineException e) {
      LOG.errorf("container %s: %s", container.shortId(), e.getMessage());
      return Optional.empty();
    }
  }

  /** A process that an earlier daemon started; it may have ended since. */
  private void adopt(Container container, RunningProcess process) {
    container.lock.lock();
    try {
      container.process = process;
      ContainerState state = container.state;
      if (!container.alive() || state.pid() != process.pid()) {
        // The daemon was killed between the start and writing it down.
        container.state =
            state.running() ? state.withPid(process.pid()) : state.started(process.pid());
      }
      container.startedBefore = true;
      if (!process.exit().isDone()) {
        rooms.logs().adopt(container);
        remember(container);
        rooms.files().save(container);
        LOG.infof("container %s still runs, pid %d", container.shortId(), process.pid());
      }
      exits.watch(container, process);
    } finally {
      container.lock.unlock();
    }
  }

  private void remember(Container container) {
    try {
      // One more mount only to learn the place; the surviving one is counted already.
      Path root = rooms.layers().mount(container.id, LabelPlan.mount(rooms, container));
      rooms.layers().unmount(container.id);
      container.rootfs = root;
      Attachment attachment = rooms.networks().find(container.id);
      if (attachment != null) {
        NetworkPlan.take(container, attachment);
      }
      for (StoredContainer.Mount mount : container.mounts.values()) {
        if (mount.isVolume()) {
          rooms.volumes().use(mount.name(), container.id);
        }
      }
    } catch (EngineException e) {
      LOG.errorf("container %s: %s", container.shortId(), e.getMessage());
    }
  }

  /** It ran when the last daemon wrote its state, and nothing is left of it: the host restarted. */
  private void lost(Container container) {
    container.lock.lock();
    try {
      rooms.logs().end(container);
      teardown.all(container).join();
      container.state = container.state.ended(255, false, Instant.now(), false);
      rooms.files().save(container);
      teardown.runtime(container);
    } finally {
      container.lock.unlock();
    }
  }

  /**
   * @param starts those that are being started; older than this one, so that those it links to are
   *     among them
   */
  private void settle(Container container, Map<String, CompletableFuture<Void>> starts) {
    if (container.process != null) {
      return;
    }
    container.lock.lock();
    boolean interrupted = container.state.restarting();
    try {
      if (interrupted) {
        container.state = container.state.withoutRestart();
      }
      container.state = container.state.withPaused(false).withRemoving(false);
    } finally {
      container.lock.unlock();
    }
    if (container.state.dead() || (container.host.autoRemove() && container.startedBefore)) {
      rooms.work().execute(() -> remove.auto(container));
    } else if (wantsStart(container, interrupted)) {
      starts.put(container.id, start(container, starts));
    }
  }

  private static boolean wantsStart(Container container, boolean interrupted) {
    return switch (container.host.restartPolicy().name()) {
      case "always" -> container.startedBefore;
      case "unless-stopped" -> container.startedBefore && !container.manuallyStopped;
      case "on-failure" ->
          interrupted
              || (container.startedBefore
                  && !container.manuallyStopped
                  && container.state.exitCode() != 0
                  && allowed(container));
      default -> false;
    };
  }

  private static boolean allowed(Container container) {
    int most = container.host.restartPolicy().maximumRetryCount();
    return most == 0 || container.restartCount < most;
  }

  /** After those it links to, but it does not wait long for them. */
  private CompletableFuture<Void> start(
      Container container, Map<String, CompletableFuture<Void>> starts) {
    CompletableFuture<?>[] before =
        container.links.stream()
            .map(link -> starts.get(link.childId()))
            .filter(Objects::nonNull)
            .toArray(CompletableFuture<?>[]::new);
    return CompletableFuture.allOf(before)
        .completeOnTimeout(null, LINKED_PATIENCE_SECONDS, TimeUnit.SECONDS)
        .handle((_, _) -> container)
        .thenAcceptAsync(this::start, rooms.work());
  }

  private void start(Container container) {
    container.lock.lock();
    try {
      if (!container.running()) {
        start.launch(container);
      }
    } catch (EngineException e) {
      LOG.errorf("container %s is not started: %s", container.shortId(), e.getMessage());
    } finally {
      container.lock.unlock();
    }
  }
}
