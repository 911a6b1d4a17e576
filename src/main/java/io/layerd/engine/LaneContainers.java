package io.layerd.engine;

import io.layerd.container.AttachRequest;
import io.layerd.container.ContainerService;
import io.layerd.container.ContainerService.Created;
import io.layerd.container.ContainerService.Pruned;
import io.layerd.container.ContainerService.Top;
import io.layerd.container.ContainerService.WaitResult;
import io.layerd.container.ContainerSnapshot;
import io.layerd.container.CreateRequest;
import io.layerd.container.FrameSink;
import io.layerd.container.ListQuery;
import io.layerd.container.LogQuery;
import io.layerd.container.StatsQuery;
import io.layerd.container.UsageSample;
import io.layerd.container.WaitCondition;
import io.layerd.engine.worker.LaneGroup;
import io.layerd.engine.worker.Lanes;
import io.layerd.spec.HostConfig;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Containers on the container lanes; what copies or measures files on the storage lanes. */
final class LaneContainers implements ContainerCommands {
  private final LaneGroup lanes;
  private final LaneGroup storage;
  private final ContainerService containers;

  LaneContainers(Lanes lanes, ContainerService containers) {
    this.lanes = lanes.container();
    this.storage = lanes.storage();
    this.containers = containers;
  }

  @Override
  public Uni<Created> create(CreateRequest request) {
    return Unis.onLane(storage, "container create", () -> containers.create(request));
  }

  @Override
  public Uni<List<ContainerSnapshot>> list(ListQuery query) {
    if (containers.listsAtOnce(query)) {
      // asked for more than anything else, and the way to a lane and back takes longer
      return Uni.createFrom().item(() -> containers.list(query));
    }
    return Unis.onLane(
        query.sizes() ? storage : lanes, "container list", () -> containers.list(query));
  }

  @Override
  public Uni<ContainerSnapshot> inspect(String ref, boolean sizes) {
    return Unis.onLane(
        sizes ? storage : lanes, "container inspect", () -> containers.inspect(ref, sizes));
  }

  @Override
  public Uni<Void> start(String ref, String checkpoint, String checkpointDirectory) {
    return Unis.onLane(
        lanes, "container start", () -> containers.start(ref, checkpoint, checkpointDirectory));
  }

  @Override
  public Uni<Void> stop(String ref, @Nullable String signal, @Nullable Integer timeoutSeconds) {
    return Unis.onLaneThenWait(
        lanes, "container stop", () -> containers.stop(ref, signal, timeoutSeconds));
  }

  @Override
  public Uni<Void> restart(String ref, @Nullable String signal, @Nullable Integer timeoutSeconds) {
    return Unis.onLaneThenWait(
        lanes, "container restart", () -> containers.restart(ref, signal, timeoutSeconds));
  }

  @Override
  public Uni<Void> kill(String ref, @Nullable String signal) {
    return Unis.onLaneThenWait(lanes, "container kill", () -> containers.kill(ref, signal));
  }

  @Override
  public Uni<Void> pause(String ref) {
    return Unis.onLane(lanes, "container pause", () -> containers.pause(ref));
  }

  @Override
  public Uni<Void> unpause(String ref) {
    return Unis.onLane(lanes, "container unpause", () -> containers.unpause(ref));
  }

  @Override
  public Uni<Void> checkpoint(String ref, String name, String directory, boolean exit) {
    // as long as it takes to write the container's memory
    return Unis.onLaneThenWait(
        storage, "container checkpoint", () -> containers.checkpoint(ref, name, directory, exit));
  }

  @Override
  public Uni<List<String>> checkpoints(String ref, String directory) {
    return Unis.onLane(lanes, "checkpoint list", () -> containers.checkpoints(ref, directory));
  }

  @Override
  public Uni<Void> removeCheckpoint(String ref, String name, String directory) {
    return Unis.onLane(
        storage, "checkpoint remove", () -> containers.removeCheckpoint(ref, name, directory));
  }

  @Override
  public Uni<Uni<WaitResult>> await(String ref, WaitCondition condition) {
    // In memory only: no lane needed, and a wait must not queue behind starts.
    return Uni.createFrom()
        .item(() -> containers.await(ref, condition))
        .map(future -> Unis.ofFuture(() -> future));
  }

  @Override
  public Uni<Void> remove(String ref, boolean force, boolean volumes) {
    return Unis.onLaneThenWait(
        lanes, "container remove", () -> containers.remove(ref, force, volumes));
  }

  @Override
  public Uni<Void> removeLink(String name) {
    return Unis.onLane(lanes, "container unlink", () -> containers.removeLink(name));
  }

  @Override
  public Uni<Void> rename(String ref, String newName) {
    return Unis.onLane(lanes, "container rename", () -> containers.rename(ref, newName));
  }

  @Override
  public Uni<Void> resize(String ref, int rows, int columns) {
    return Unis.onLane(lanes, "container resize", () -> containers.resize(ref, rows, columns));
  }

  @Override
  public Uni<Void> logs(String ref, LogQuery query, FrameSink sink) {
    return Unis.onVirtualThread("logs " + ref, () -> containers.logs(ref, query, sink));
  }

  @Override
  public Uni<AttachStream> attach(String ref, AttachRequest request) {
    return Unis.onLane(
        lanes, "container attach", () -> new SessionStream(containers.attach(ref, request)));
  }

  @Override
  public Uni<Top> top(String ref, String psArgs) {
    return Unis.onLane(lanes, "container top", () -> containers.top(ref, psArgs));
  }

  @Override
  public Uni<Void> stats(String ref, StatsQuery query, Consumer<UsageSample> sink) {
    return Unis.onVirtualThread("stats " + ref, () -> containers.stats(ref, query, sink));
  }

  @Override
  public Uni<List<String>> update(String ref, HostConfig changes) {
    return Unis.onLane(lanes, "container update", () -> containers.update(ref, changes));
  }

  @Override
  public Uni<Pruned> prune(Map<String, List<String>> filters) {
    return Unis.onLane(storage, "container prune", () -> containers.prune(filters));
  }
}
