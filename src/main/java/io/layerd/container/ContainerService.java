package io.layerd.container;

import io.layerd.error.Conflict;
import io.layerd.error.InvalidParameter;
import io.layerd.error.NotFound;
import io.layerd.error.NotModified;
import io.layerd.spec.EndpointSettings;
import io.layerd.spec.HostConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All containers of one data root. A reference is an id, a unique prefix of one, or a name with or
 * without its slash; every method throws {@link NotFound} {@code No such container: REF} for an
 * unknown one.
 *
 * <p>Methods block, but for those that return a future: they do what is quick, and the future
 * completes, on a thread that must not be blocked, when the waiting is over. Operations on one
 * container are serialised inside.
 */
public interface ContainerService {
  /**
   * @throws NotFound {@code No such image: NAME:TAG}
   * @throws Conflict if the name is taken
   * @throws InvalidParameter for anything that makes no sense, in dockerd's words
   */
  Created create(CreateRequest request);

  ContainerSnapshot inspect(String ref, boolean sizes);

  /**
   * @throws InvalidParameter {@code invalid filter 'x'}
   */
  List<ContainerSnapshot> list(ListQuery query);

  /** Whether {@link #list} answers from memory and at once, so that an event loop may call it. */
  boolean listsAtOnce(ListQuery query);

  /** Starts it from its beginning, as {@link #start(String, String, String)} does. */
  default void start(String ref) {
    start(ref, "", "");
  }

  /**
   * Starts it, or lets it go on where a checkpoint was made.
   *
   * @param checkpoint its name; empty for none
   * @param checkpointDirectory for which there is no support, as in dockerd
   * @throws NotModified if it runs already
   * @throws io.layerd.error.SystemFailure {@code checkpoint X does not exist for container /name}
   * @throws io.layerd.error.Forbidden if a directory is given
   */
  void start(String ref, String checkpoint, String checkpointDirectory);

  /**
   * Sends the stop signal, and SIGKILL if it still runs after the timeout.
   *
   * @param signal null for the container's own
   * @param timeoutSeconds null for the container's own; -1 waits for ever
   * @throws NotModified if it does not run
   */
  CompletableFuture<Void> stop(
      String ref, @Nullable String signal, @Nullable Integer timeoutSeconds);

  /** Stops it if it runs, and starts it. */
  CompletableFuture<Void> restart(
      String ref, @Nullable String signal, @Nullable Integer timeoutSeconds);

  /**
   * Sends a signal; for SIGKILL the future waits until it has stopped.
   *
   * @param signal name or number; null is SIGKILL
   * @throws Conflict if it does not run
   */
  CompletableFuture<Void> kill(String ref, @Nullable String signal);

  void pause(String ref);

  void unpause(String ref);

  /**
   * Writes the state of a running container down, by the runtime and criu.
   *
   * @param directory where, on the host; empty for the container's own
   * @param exit whether it ends; the future completes when it has
   * @throws Conflict if it does not run
   */
  CompletableFuture<Void> checkpoint(String ref, String name, String directory, boolean exit);

  /** The names of its checkpoints, sorted. */
  List<String> checkpoints(String ref, String directory);

  /** Deletes one of its checkpoints. */
  void removeCheckpoint(String ref, String name, String directory);

  /** Completes with the exit code; cancel the future to stop waiting. */
  CompletableFuture<WaitResult> await(String ref, WaitCondition condition);

  /**
   * @param force kill it first if it runs
   * @param volumes also remove its anonymous volumes
   * @throws Conflict if it runs and not {@code force}
   */
  CompletableFuture<Void> remove(String ref, boolean force, boolean volumes);

  /**
   * Takes a link away by its full name, {@code web/db}; both containers stay.
   *
   * @throws io.layerd.error.NotFound if there is no such link
   */
  void removeLink(String name);

  void rename(String ref, String newName);

  /**
   * Puts a container on one more network, at once if it runs.
   *
   * @param network name or id
   * @param settings what is asked for there; null for nothing
   * @throws io.layerd.error.Forbidden if it is there already
   * @throws InvalidParameter if it cannot be on it
   */
  void joinNetwork(String ref, String network, @Nullable EndpointSettings settings);

  /**
   * Takes a container off a network, at once if it runs.
   *
   * @param force also for a network that is not there any more
   * @throws io.layerd.error.SystemFailure if it is not on it
   */
  void leaveNetwork(String ref, String network, boolean force);

  void resize(String ref, int rows, int columns);

  /**
   * Writes the log to the sink; following ends when the container stops. Blocks: use a virtual
   * thread, and interrupt it to end.
   */
  void logs(String ref, LogQuery query, FrameSink sink) throws IOException, InterruptedException;

  /** Connects to a container; one that is not running yet gives output once it is started. */
  AttachSession attach(String ref, AttachRequest request);

  /** The processes of a running container, as {@code ps} prints them. */
  Top top(String ref, String psArgs);

  /**
   * Hands out what a container uses. Blocks until the container is gone, or after one sample: use a
   * virtual thread, and interrupt it to end.
   */
  void stats(String ref, StatsQuery query, Consumer<UsageSample> sink) throws InterruptedException;

  /**
   * Changes limits and the restart policy; what is zero, empty or null stays as it is.
   *
   * @return warnings
   * @throws InvalidParameter in dockerd's words
   * @throws Conflict if the change does not go with what is set already
   */
  List<String> update(String ref, HostConfig changes);

  /** Removes what does not run; filters {@code until} and {@code label}. */
  Pruned prune(Map<String, List<String>> filters);

  /** Containers by state, for {@code docker info}. */
  Counts counts();

  /**
   * @throws Conflict if the container does not run or is paused
   */
  String createExec(String ref, ExecConfig config);

  /**
   * Starts an exec instance.
   *
   * @return the connection to it; null if {@code start} says detach
   */
  @Nullable AttachSession startExec(String execId, ExecStart start);

  /**
   * @throws NotFound {@code No such exec instance: ID}
   */
  ExecSnapshot inspectExec(String execId);

  void resizeExec(String execId, int rows, int columns);

  record Created(String id, List<String> warnings) {}

  /**
   * @param error why the wait itself failed; null if it did not
   */
  record WaitResult(int statusCode, @Nullable String error) {}

  record Top(List<String> titles, List<List<String>> processes) {}

  record Pruned(List<String> removed, long reclaimedBytes) {}

  record Counts(int running, int paused, int stopped) {
    public int all() {
      return running + paused + stopped;
    }
  }

  /** Time a stop waits where neither request nor container says. */
  Duration DEFAULT_STOP_TIMEOUT = Duration.ofSeconds(10);
}
