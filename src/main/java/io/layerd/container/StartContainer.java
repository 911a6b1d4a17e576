package io.layerd.container;

import io.layerd.error.Conflict;
import io.layerd.error.EngineException;
import io.layerd.error.Forbidden;
import io.layerd.error.InvalidParameter;
import io.layerd.error.NotModified;
import io.layerd.error.SystemFailure;
import io.layerd.metrics.EngineMetrics;
import io.layerd.runtime.ContainerRuntime.ProcessIo;
import io.layerd.runtime.ContainerRuntime.RunningProcess;
import io.layerd.runtime.LaunchRequest;
import io.layerd.runtime.LaunchRequest.BindMount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Starts a container: mount, networks, files, process. A failed start leaves nothing behind. */
final class StartContainer {
  private final Rooms rooms;
  private final NetworkPlan networks;
  private final Teardown teardown;
  private final LaunchMounts mounts;
  private final EtcPlan etc;
  private final LabelPlan labels;
  private final Links links;
  private final ExitHandler exits;
  private final Checkpoints checkpoints;

  StartContainer(Rooms rooms, NetworkPlan networks, Teardown teardown, ExitHandler exits) {
    this.rooms = rooms;
    this.networks = networks;
    this.teardown = teardown;
    this.mounts = new LaunchMounts(rooms);
    this.etc = new EtcPlan(rooms);
    this.labels = new LabelPlan(rooms);
    this.links = new Links(rooms);
    this.exits = exits;
    this.checkpoints = new Checkpoints(rooms);
  }

  /** A user's start: checks the state, and counts restarts anew. */
  void start(Container container) {
    start(container, "", "");
  }

  /**
   * @param checkpoint where it goes on; empty for the beginning
   */
  void start(Container container, String checkpoint, String checkpointDirectory) {
    container.lock.lock();
    try {
      checkStartable(container);
      if (!checkpointDirectory.isEmpty()) {
        throw new Forbidden("custom checkpointdir is not supported");
      }
      container.restartCount = 0;
      container.backOff.reset();
      container.manuallyStopped = false;
      launch(container, checkpoint);
    } finally {
      container.lock.unlock();
    }
  }

  static void checkStartable(Container container) {
    ContainerState state = container.state;
    if (state.paused()) {
      throw new Conflict("cannot start a paused container, try unpause instead");
    }
    if (state.running()) {
      throw new NotModified("container " + container.id + " is already running");
    }
    if (state.removing() || state.dead()) {
      throw new Conflict("container is marked for removal and cannot be started");
    }
  }

  /** Starts with the lock held. On failure the state says why, and an auto-remove follows. */
  void launch(Container container) {
    launch(container, "");
  }

  private void launch(Container container, String checkpoint) {
    Deque<Runnable> undo = new ArrayDeque<>();
    container.exitOnNext = false;
    long start = System.nanoTime();
    try {
      Path images = checkpoint.isEmpty() ? null : checkpoints.find(container, checkpoint);
      RunningProcess process = start(container, images, undo);
      container.process = process;
      container.startedBefore = true;
      container.state = container.state.started(process.pid());
      HealthChecks.reset(container);
      rooms.files().save(container);
      rooms.events().publish(container, "start");
      exits.watch(container, process);
      links.started(container);
      EngineMetrics.CONTAINER_START.since(start);
    } catch (RuntimeException | Error e) {
      undo.forEach(Runnable::run);
      container.process = null;
      EngineException told = StartFailure.of(e);
      container.state = container.state.startFailed(StartFailure.exitCode(told), told.getMessage());
      container.attachments.close();
      exits.startFailed(container);
      throw told;
    }
  }

  private RunningProcess start(
      Container container, @Nullable Path checkpoint, Deque<Runnable> undo) {
    Path root = rooms.layers().mount(container.id, LabelPlan.mount(rooms, container));
    undo.push(() -> teardown.layers(container));
    container.rootfs = root;
    checkWorkingDirectory(root, container.config.workingDir());
    NetworkPlan.Result network = networks.begin(container);
    undo.push(() -> teardown.network(container));
    etc.write(container);
    if (!container.links.isEmpty()) {
      links.tellNetworks(container);
    }
    labels.ownFiles(container);
    undo.push(() -> releaseVolumes(container));
    List<BindMount> bindings = mounts.of(container);
    Path log = rooms.logs().prepare(container);
    undo.push(() -> rooms.logs().end(container));
    if (checkpoint != null || NetworkPlan.firstOfAll(container)) {
      networks.complete(container); // what is restored runs at once
    }
    container.appArmorProfile = rooms.runtime().appArmorProfile(container.host);
    LaunchRequest request = request(container, root, network, bindings, log);
    RunningProcess process =
        checkpoint == null
            ? rooms.runtime().create(request)
            : rooms.runtime().restore(request, checkpoint);
    undo.push(() -> teardown.runtime(container));
    networks.complete(container);
    rooms.logs().begin(container);
    List<Integer> size = container.host.consoleSize();
    if (container.config.tty() && size != null && size.size() == 2 && size.getFirst() > 0) {
      process.resize(size.getFirst(), size.getLast());
    }
    // Before the process runs, so that clients who asked early miss nothing.
    container.attachments.bind(process);
    if (checkpoint == null) {
      rooms.runtime().start(container.id);
    }
    return process;
  }

  private void releaseVolumes(Container container) {
    container.mounts.values().forEach(mount -> teardown.release(container, mount));
    rooms.shm().release(container);
  }

  private LaunchRequest request(
      Container container,
      Path root,
      NetworkPlan.Result network,
      List<BindMount> bindings,
      @Nullable Path log) {
    List<String> args = new ArrayList<>();
    args.add(container.path);
    args.addAll(container.args);
    boolean tty = container.config.tty();
    Map<String, Integer> namespacesOf = new HashMap<>();
    join(container, namespacesOf, "pid", container.host.pidMode());
    join(container, namespacesOf, "ipc", container.host.ipcMode());
    Map<String, String> annotations = container.host.annotations();
    return new LaunchRequest(
        container.id,
        args,
        Environment.of(container, links.environment(container), tty, null),
        container.config.user(),
        container.config.workingDir().isEmpty() ? "/" : container.config.workingDir(),
        container.config.hostname(),
        container.config.domainname(),
        root,
        bindings,
        network.namespace(),
        network.userNamespace(),
        network.hostNetwork(),
        namespacesOf,
        labels.applied(container),
        container.host,
        annotations == null ? Map.of() : annotations,
        new ProcessIo(
            tty, container.config.openStdin(), container.config.stdinOnce() && !tty, log));
  }

  /** The runtime makes one that is not there, but what it says of one that cannot be is obscure. */
  private static void checkWorkingDirectory(Path root, String directory) {
    if (!directory.isEmpty()) {
      try {
        Path found = ScopedPath.resolve(root, directory);
        if (Files.exists(found) && !Files.isDirectory(found)) {
          throw new SystemFailure("Cannot mkdir: " + directory + " is not a directory");
        }
      } catch (IOException e) {
        throw new SystemFailure("Cannot mkdir: " + directory + ": " + e.getMessage(), e);
      }
    }
  }

  private void join(
      Container container, Map<String, Integer> namespacesOf, String kind, String mode) {
    if (mode.startsWith("container:")) {
      Container other = rooms.index().get(mode.substring("container:".length()));
      if (!other.alive()) {
        throw new Conflict(
            "failed to join %s namespace: container %s is not running"
                .formatted(kind.toUpperCase(Locale.ROOT), other.id));
      }
      rooms.checkSameIds(container, kind.toUpperCase(Locale.ROOT), other);
      namespacesOf.put(kind, other.state.pid());
    }
  }

  /** What a failed start means to a shell, as dockerd reads it from the runtime's words. */
  static final class StartFailure {
    private StartFailure() {}

    static EngineException of(Throwable e) {
      if (e instanceof SystemFailure failure && exitCode(failure) != 128) {
        // The user's mistake, not the host's.
        return new InvalidParameter(failure.getMessage(), failure);
      }
      if (e instanceof EngineException known) {
        return known;
      }
      return new SystemFailure("cannot start the container: " + e, e);
    }

    static int exitCode(EngineException e) {
      String message = e.getMessage();
      if (!(e instanceof SystemFailure || e instanceof InvalidParameter)) {
        return 128;
      }
      if (message.contains("executable file not found")
          || message.contains("no such file or directory")
          || message.contains("system cannot find the file specified")
          || message.contains("not a directory")) {
        return 127;
      }
      if (message.contains("permission denied") || message.contains("is a directory")) {
        return 126;
      }
      return 128;
    }
  }
}
