package io.layerd.runtime;

import io.layerd.error.Conflict;
import io.layerd.error.NotFound;
import io.layerd.error.SystemFailure;
import io.layerd.spec.HostConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Starts containers through conmon and runc or crun, and finds them again after the daemon was
 * away. All methods block unless they return a future.
 *
 * <p>State on disk, per container: the bundle {@code <exec-root>/containers/<id>/config.json},
 * conmon's pid file, attach socket and control FIFO, and {@code <exec-root>/exits/<id>} with the
 * exit code; the log goes to {@link ProcessIo#log}.
 */
public interface ContainerRuntime {
  /** Name of the default runtime, {@code runc} or {@code crun}; empty if there is none. */
  String defaultRuntime();

  /** Takes over other options for what is made and started from now on. */
  void reload(RuntimeOptions options);

  /**
   * The default runtime, and what {@code docker info} and version print of the programs found. The
   * first call starts each of them to ask for its version.
   */
  RuntimeInfo info();

  /**
   * Checks what a container asks of the host when it is created: modes, capabilities, limits,
   * runtime, security options.
   *
   * @return the same with what this host cannot do discarded and defaults filled in, and a warning
   *     for each thing discarded
   * @throws io.layerd.error.InvalidParameter in dockerd's words
   */
  CheckedHost check(HostConfig host);

  /** The AppArmor profile that inspect shows of a container that starts; empty for none. */
  default String appArmorProfile(HostConfig host) {
    return "";
  }

  /**
   * Writes the bundle, starts conmon and creates the container's process, which waits for {@link
   * #start}.
   *
   * @throws SystemFailure with the runtime's own message, in dockerd's words ({@code failed to
   *     create task for container: ...}); a command that is missing or cannot be run has {@code
   *     executable file not found} or {@code permission denied} in it, whichever the runtime
   */
  RunningProcess create(LaunchRequest request);

  /**
   * Makes the processes of a container again from what {@link #checkpoint} wrote; they run at once,
   * without {@link #start}.
   *
   * @throws SystemFailure {@code OCI runtime restore failed: ...} with criu's reason
   */
  RunningProcess restore(LaunchRequest request, Path checkpoint);

  /**
   * Lets a created process run. Errors such as a missing executable come from here or from {@link
   * #create}.
   */
  void start(String containerId);

  /**
   * Finds the process of a container that an earlier daemon started: running, or gone with its exit
   * code.
   *
   * @return empty if nothing was ever started, or its exit was already collected; what was created
   *     but never started is deleted
   */
  Optional<RunningProcess> find(String containerId, boolean tty);

  /**
   * Signals the init process of a container. SIGKILL also ends a paused one.
   *
   * @throws Conflict if it does not run
   */
  void kill(String containerId, int signal);

  /**
   * Takes back all that an ended container held of the host. How it ended can still be found until
   * {@link #delete}. Absent is success.
   */
  void end(String containerId);

  /**
   * Deletes what is left of an ended container: runtime state, cgroup, bundle, monitor files.
   * Absent is success.
   */
  void delete(String containerId);

  /**
   * Runs one more process in a running container. With {@link ExecRequest#attached} a console is
   * connected before the process runs, and the first {@link RunningProcess#attach} answers it, so
   * that no output is missed.
   *
   * @throws SystemFailure {@code OCI runtime exec failed: exec failed: ...} in the runtime's words,
   *     {@code unable to find user X: no matching entries in passwd file}
   * @throws Conflict if the container does not run
   */
  RunningProcess exec(ExecRequest request);

  /**
   * Checks the user of an {@link #exec} to come.
   *
   * @throws SystemFailure {@code unable to find user X: no matching entries in passwd file}
   */
  void checkUser(Path rootfs, String user);

  /** The processes of a container, host pids. */
  List<Integer> pids(String containerId);

  /**
   * What a container has used so far.
   *
   * @param ownNetwork whether its interfaces are its own, and so worth counting
   * @throws NotFound if nothing of it is left
   */
  ContainerUsage usage(String containerId, boolean ownNetwork);

  /**
   * Checks new limits as {@link #check} does, without anything else.
   *
   * @return the same with what this host cannot do discarded, and warnings
   */
  CheckedHost checkLimits(HostConfig host);

  /**
   * Changes the limits of a running container.
   *
   * @param host with the container's limits as they shall be
   * @throws SystemFailure with the runtime's own message
   */
  void update(String containerId, HostConfig host);

  void pause(String containerId);

  void resume(String containerId);

  /**
   * Writes the state of a container's processes into a directory, by the runtime and criu.
   *
   * @param images an empty directory
   * @param leaveRunning whether it goes on as it is; else it is killed
   * @throws SystemFailure {@code runc did not terminate successfully: exit status 1: ...}
   */
  void checkpoint(String containerId, Path images, boolean leaveRunning);

  /**
   * @param host to be kept instead of the request's own
   * @param warnings for the answer to create, in dockerd's words
   */
  record CheckedHost(HostConfig host, List<String> warnings) {}

  /**
   * A process that conmon watches.
   *
   * @throws NotFound never; it may have ended already
   */
  interface RunningProcess {
    /** Host pid of the process. */
    int pid();

    /** Completes when the process ends, from a thread of the runtime: continue elsewhere. */
    CompletableFuture<ExitStatus> exit();

    /** Connects to the process's output and input; output that came before is in the log only. */
    Console attach();

    /** Sets the terminal's size. Ignored without a terminal. */
    void resize(int rows, int columns);
  }

  /** One connection to a process. Reading blocks; use a thread of its own. */
  interface Console extends AutoCloseable {
    /** The next piece of output; null when the process ended and all was read. */
    @Nullable Output read();

    /** Sends input; blocks while the process does not read. */
    void write(byte[] data, int offset, int length);

    /** Ends the process's input. */
    void closeInput();

    @Override
    void close();
  }

  /**
   * @param stream 1 standard output (and terminals), 2 standard error
   */
  record Output(int stream, byte[] data) {}

  /**
   * @param exitCode 0 to 255; 128 + n after signal n
   * @param oomKilled whether the kernel killed a process of the container for memory
   */
  record ExitStatus(int exitCode, boolean oomKilled, java.time.Instant finishedAt) {}

  /**
   * Where a process's streams go.
   *
   * @param log conmon's log file ({@code k8s-file} lines), null for none
   * @param stdinOpen whether input is kept open for attaching clients
   * @param stdinOnce whether input ends when the first attached client goes
   */
  record ProcessIo(boolean tty, boolean stdinOpen, boolean stdinOnce, @Nullable Path log) {}

  /**
   * One more process: {@code id} is unique; the process inherits the container's namespaces and, if
   * not changed, its rights.
   *
   * @param env {@code NAME=value}, the whole environment but HOME; empty is the container's
   * @param user null or empty is the container's user
   * @param workingDir null or empty is the container's
   * @param attached whether a console will be attached
   */
  record ExecRequest(
      String containerId,
      String id,
      List<String> args,
      List<String> env,
      @Nullable String user,
      List<String> groupAdd,
      @Nullable String workingDir,
      boolean privileged,
      Path rootfs,
      boolean attached,
      ProcessIo io) {}
}
