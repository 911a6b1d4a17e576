package io.layerd.engine;

import io.layerd.container.AttachRequest;
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
import io.layerd.spec.HostConfig;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** {@code /containers}; see {@link io.layerd.container.ContainerService} for what each does. */
public interface ContainerCommands {
  Uni<Created> create(CreateRequest request);

  Uni<List<ContainerSnapshot>> list(ListQuery query);

  Uni<ContainerSnapshot> inspect(String ref, boolean sizes);

  Uni<Void> start(String ref, String checkpoint, String checkpointDirectory);

  Uni<Void> stop(String ref, @Nullable String signal, @Nullable Integer timeoutSeconds);

  Uni<Void> restart(String ref, @Nullable String signal, @Nullable Integer timeoutSeconds);

  Uni<Void> kill(String ref, @Nullable String signal);

  Uni<Void> pause(String ref);

  Uni<Void> unpause(String ref);

  Uni<Void> checkpoint(String ref, String name, String directory, boolean exit);

  Uni<List<String>> checkpoints(String ref, String directory);

  Uni<Void> removeCheckpoint(String ref, String name, String directory);

  /**
   * The outer item says that the container exists and the wait is registered (time to send the
   * response's head), the inner that the wait is over.
   */
  Uni<Uni<WaitResult>> await(String ref, WaitCondition condition);

  Uni<Void> remove(String ref, boolean force, boolean volumes);

  /** Takes a link away by its full name, {@code web/db}. */
  Uni<Void> removeLink(String name);

  Uni<Void> rename(String ref, String newName);

  Uni<Void> resize(String ref, int rows, int columns);

  /**
   * Runs on a virtual thread until the log ends; {@link FrameSink#open} is called when the request
   * is found valid, before any output. Cancelling interrupts the sink.
   */
  Uni<Void> logs(String ref, LogQuery query, FrameSink sink);

  /** The item says that the request is valid: then hijack the connection and use the stream. */
  Uni<AttachStream> attach(String ref, AttachRequest request);

  Uni<Top> top(String ref, String psArgs);

  /** Runs on a virtual thread; the sink may block, and throws when the client has gone. */
  Uni<Void> stats(String ref, StatsQuery query, Consumer<UsageSample> sink);

  /** Warnings. */
  Uni<List<String>> update(String ref, HostConfig changes);

  Uni<Pruned> prune(Map<String, List<String>> filters);
}
