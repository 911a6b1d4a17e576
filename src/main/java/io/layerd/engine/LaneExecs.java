package io.layerd.engine;

import io.layerd.container.AttachSession;
import io.layerd.container.ContainerService;
import io.layerd.container.ExecConfig;
import io.layerd.container.ExecSnapshot;
import io.layerd.container.ExecStart;
import io.layerd.engine.worker.LaneGroup;
import io.layerd.engine.worker.Lanes;
import io.smallrye.mutiny.Uni;
import java.util.Optional;

/** Exec instances on the container lanes. */
final class LaneExecs implements ExecCommands {
  private final LaneGroup lanes;
  private final ContainerService containers;

  LaneExecs(Lanes lanes, ContainerService containers) {
    this.lanes = lanes.container();
    this.containers = containers;
  }

  @Override
  public Uni<String> create(String containerRef, ExecConfig config) {
    return Unis.onLane(lanes, "exec create", () -> containers.createExec(containerRef, config));
  }

  @Override
  public Uni<Optional<AttachStream>> start(String execId, ExecStart start) {
    return Unis.onLane(
        lanes,
        "exec start",
        () -> {
          AttachSession session = containers.startExec(execId, start);
          return session == null ? Optional.empty() : Optional.of(new SessionStream(session));
        });
  }

  @Override
  public Uni<ExecSnapshot> inspect(String execId) {
    return Unis.onLane(lanes, "exec inspect", () -> containers.inspectExec(execId));
  }

  @Override
  public Uni<Void> resize(String execId, int rows, int columns) {
    return Unis.onLane(lanes, "exec resize", () -> containers.resizeExec(execId, rows, columns));
  }
}
