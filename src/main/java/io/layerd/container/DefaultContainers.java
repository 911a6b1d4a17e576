package io.layerd.container;

import io.layerd.error.Conflict;
import io.layerd.error.NotFound;
import io.layerd.runtime.ContainerRuntime.RunningProcess;
import io.layerd.spec.EndpointSettings;
import io.layerd.spec.HostConfig;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Finds the container and hands it to the operation. */
final class DefaultContainers implements ContainerService {
  private final Rooms rooms;
  private final ExecTable execTable;
  private final CreateContainer create;
  private final StartContainer start;
  private final SignalContainer signals;
  private final RemoveContainer remove;
  private final PauseContainer pause;
  private final RenameContainer rename;
  private final ListContainers list;
  private final ContainerLogs logs;
  private final AttachContainer attach;
  private final TopContainer top;
  private final PruneContainers prune;
  private final ExecContainer exec;
  private final ChangeNetworks networks;
  private final Checkpoints checkpoints;

  DefaultContainers(
      Rooms rooms,
      ExecTable execTable,
      NetworkPlan networkPlan,
      StartContainer start,
      SignalContainer signals,
      RemoveContainer remove) {
    this.rooms = rooms;
    this.execTable = execTable;
    this.start = start;
    this.signals = signals;
    this.remove = remove;
    this.create = new CreateContainer(rooms);
    this.pause = new PauseContainer(rooms);
    this.rename = new RenameContainer(rooms);
    this.list = new ListContainers(rooms, execTable);
    this.logs = new ContainerLogs(rooms);
    this.attach = new AttachContainer(rooms, logs);
    this.top = new TopContainer(rooms);
    this.prune = new PruneContainers(rooms, remove);
    this.exec = new ExecContainer(rooms, execTable);
    this.networks = new ChangeNetworks(rooms, networkPlan);
    this.checkpoints = new Checkpoints(rooms);
  }

  private Container get(String ref) {
    return rooms.index().get(ref);
  }

  @Override
  public Created create(CreateRequest request) {
    return create.create(request);
  }

  @Override
  public ContainerSnapshot inspect(String ref, boolean sizes) {
    return new Snapshots(rooms, execTable).of(get(ref), true, sizes);
  }

  @Override
  public List<ContainerSnapshot> list(ListQuery query) {
    return list.list(query);
  }

  @Override
  public boolean listsAtOnce(ListQuery query) {
    return list.isQuick(query);
  }

  @Override
  public void start(String ref, String checkpoint, String checkpointDirectory) {
    start.start(get(ref), checkpoint, checkpointDirectory);
  }

  @Override
  public CompletableFuture<Void> stop(
      String ref, @Nullable String signal, @Nullable Integer timeoutSeconds) {
    return signals.stop(ref, get(ref), signal, timeoutSeconds);
  }

  @Override
  public CompletableFuture<Void> restart(
      String ref, @Nullable String signal, @Nullable Integer timeoutSeconds) {
    Container container = get(ref);
    container.restartAsked = true;
    CompletableFuture<Void> stopped;
    try {
      stopped =
          container.running()
              ? signals.stop(ref, container, signal, timeoutSeconds)
              : CompletableFuture.completedFuture(null);
    } catch (io.layerd.error.NotModified e) {
      stopped = CompletableFuture.completedFuture(null);
    } catch (RuntimeException e) {
      container.restartAsked = false;
      throw e;
    }
    return stopped
        .thenRunAsync(
            () -> {
              start.start(container);
              rooms.events().publish(container, "restart");
            },
            rooms.work())
        .whenComplete((_, _) -> container.restartAsked = false);
  }

  @Override
  public CompletableFuture<Void> kill(String ref, @Nullable String signal) {
    return signals.kill(ref, get(ref), signal);
  }

  @Override
  public void pause(String ref) {
    pause.pause(get(ref));
  }

  @Override
  public void unpause(String ref) {
    pause.unpause(get(ref));
  }

  @Override
  public CompletableFuture<Void> checkpoint(
      String ref, String name, String directory, boolean exit) {
    return checkpoints.create(ref, get(ref), name, directory, exit);
  }

  @Override
  public List<String> checkpoints(String ref, String directory) {
    return checkpoints.list(ref, get(ref), directory);
  }

  @Override
  public void removeCheckpoint(String ref, String name, String directory) {
    checkpoints.remove(ref, get(ref), name, directory);
  }

  @Override
  public CompletableFuture<WaitResult> await(String ref, WaitCondition condition) {
    Container container = get(ref);
    // Registered before the state is read: an end in between is not missed.
    CompletableFuture<WaitResult> future =
        container.waiters.add(condition == WaitCondition.REMOVED, container.state.exitCode());
    if (condition == WaitCondition.NOT_RUNNING && !container.running()) {
      future.complete(new WaitResult(container.state.exitCode(), null));
    }
    return future;
  }

  @Override
  public CompletableFuture<Void> remove(String ref, boolean force, boolean volumes) {
    return remove.remove(ref, get(ref), force, volumes);
  }

  @Override
  public void removeLink(String name) {
    new Links(rooms).remove(name);
  }

  @Override
  public void rename(String ref, String newName) {
    rename.rename(get(ref), newName);
  }

  @Override
  public void joinNetwork(String ref, String network, @Nullable EndpointSettings settings) {
    networks.join(get(ref), network, settings);
  }

  @Override
  public void leaveNetwork(String ref, String network, boolean force) {
    Container container;
    try {
      container = get(ref);
    } catch (NotFound e) {
      throw force ? new NotFound("endpoint " + ref + " not found", e) : e;
    }
    networks.leave(container, network, force);
  }

  @Override
  public void resize(String ref, int rows, int columns) {
    Container container = get(ref);
    RunningProcess process = container.process;
    if (process == null) {
      throw new Conflict("container " + container.id + " is not running");
    }
    process.resize(rows, columns);
    rooms
        .events()
        .publish(
            container,
            "resize",
            Map.of("height", String.valueOf(rows), "width", String.valueOf(columns)));
  }

  @Override
  public void logs(String ref, LogQuery query, FrameSink sink)
      throws IOException, InterruptedException {
    logs.logs(get(ref), query, sink);
  }

  @Override
  public AttachSession attach(String ref, AttachRequest request) {
    return attach.attach(ref, get(ref), request);
  }

  @Override
  public Top top(String ref, String psArgs) {
    return top.top(get(ref), psArgs);
  }

  @Override
  public void stats(String ref, StatsQuery query, Consumer<UsageSample> sink)
      throws InterruptedException {
    new StatsContainer(rooms).run(get(ref), query, sink);
  }

  @Override
  public List<String> update(String ref, HostConfig changes) {
    return new UpdateContainer(rooms).update(get(ref), changes);
  }

  @Override
  public Pruned prune(Map<String, List<String>> filters) {
    return prune.prune(new Filters(filters));
  }

  @Override
  public Counts counts() {
    int running = 0;
    int paused = 0;
    int stopped = 0;
    for (Container container : rooms.index().all()) {
      ContainerState state = container.state;
      if (state.paused()) {
        paused++;
      } else if (state.running()) {
        running++;
      } else {
        stopped++;
      }
    }
    return new Counts(running, paused, stopped);
  }

  @Override
  public String createExec(String ref, ExecConfig config) {
    return exec.create(ref, get(ref), config);
  }

  @Override
  public @Nullable AttachSession startExec(String execId, ExecStart start) {
    return exec.start(execId, start);
  }

  @Override
  public ExecSnapshot inspectExec(String execId) {
    return execTable.get(execId).snapshot();
  }

  @Override
  public void resizeExec(String execId, int rows, int columns) {
    exec.resize(execId, rows, columns);
  }
}
