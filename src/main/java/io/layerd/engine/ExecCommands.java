package io.layerd.engine;

import io.layerd.container.ExecConfig;
import io.layerd.container.ExecSnapshot;
import io.layerd.container.ExecStart;
import io.smallrye.mutiny.Uni;
import java.util.Optional;

/** {@code /containers/{id}/exec} and {@code /exec}. */
public interface ExecCommands {
  /** The id of the new exec instance. */
  Uni<String> create(String containerRef, ExecConfig config);

  /** Starts it; empty if detached. Hijack the connection when the item arrives. */
  Uni<Optional<AttachStream>> start(String execId, ExecStart start);

  Uni<ExecSnapshot> inspect(String execId);

  Uni<Void> resize(String execId, int rows, int columns);
}
