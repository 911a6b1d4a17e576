package io.layerd.container;

import io.layerd.error.Conflict;
import io.layerd.error.EngineException;
import io.layerd.error.InvalidParameter;
import io.layerd.error.NotFound;
import io.layerd.error.SystemFailure;
import io.layerd.runtime.ContainerRuntime.Console;
import io.layerd.runtime.ContainerRuntime.ExecRequest;
import io.layerd.runtime.ContainerRuntime.ProcessIo;
import io.layerd.runtime.ContainerRuntime.RunningProcess;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Exec: create and start one more process in a running container. */
final class ExecContainer {
  private static final Logger LOG = Logger.getLogger(ExecContainer.class);

  private final Rooms rooms;
  private final ExecTable table;

  ExecContainer(Rooms rooms, ExecTable table) {
    this.rooms = rooms;
    this.table = table;
  }

  String create(String ref, Container container, ExecConfig config) {
    if (config.cmd() == null || config.cmd().isEmpty()) {
      throw new InvalidParameter("No exec command specified");
    }
    EscapeKeys.parse(config.detachKeys());
    checkRunning(ref, container);
    checkUser(container, config.user());
    ExecInstance exec = new ExecInstance(CreateContainer.randomId(), container.id, config);
    table.add(exec);
    publish(container, exec, "exec_create: " + String.join(" ", exec.command()), Map.of());
    return exec.id;
  }

  /** Before the stream: a client that attaches gets an error, not a line of output. */
  private void checkUser(Container container, String user) {
    Path root = container.rootfs;
    if (root != null && !user.isEmpty()) {
      try {
        rooms.runtime().checkUser(root, user);
      } catch (SystemFailure e) {
        throw new InvalidParameter(e.getMessage(), e);
      }
    }
  }

  private static void checkRunning(String ref, Container container) {
    ContainerState state = container.state;
    if (!state.running()) {
      throw new Conflict("container " + container.id + " is not running");
    }
    if (state.paused()) {
      throw new Conflict("Container " + ref + " is paused, unpause the container before exec");
    }
    if (state.restarting()) {
      throw new Conflict(
          "Container " + ref + " is restarting, wait until the container is running");
    }
  }

  @Nullable AttachSession start(String id, ExecStart start) {
    ExecInstance exec = table.get(id);
    Container container =
        rooms
            .index()
            .byId(exec.containerId)
            .orElseThrow(() -> new NotFound("No such container: " + exec.containerId));
    checkRunning(container.plainName(), container);
    EscapeKeys keys = EscapeKeys.parse(exec.config.detachKeys());
    if (!exec.begin()) {
      throw new Conflict(
          exec.done.isDone()
              ? "exec command " + id + " has already run"
              : "exec command " + id + " is already running");
    }
    boolean attached = !start.detach();
    publish(container, exec, "exec_start: " + String.join(" ", exec.command()), Map.of());
    RunningProcess process = run(container, exec, attached);
    AttachSession session = attached ? session(container, exec, keys, process.attach()) : null;
    List<Integer> size =
        start.consoleSize() == null ? exec.config.consoleSize() : start.consoleSize();
    if (exec.config.tty() && size != null && size.size() == 2 && size.getFirst() > 0) {
      process.resize(size.getFirst(), size.getLast());
    }
    process
        .exit()
        .whenCompleteAsync(
            (status, _) -> ended(container, exec, status == null ? 255 : status.exitCode()),
            rooms.work());
    return session;
  }

  private RunningProcess run(Container container, ExecInstance exec, boolean attached) {
    ExecConfig config = exec.config;
    Path root = container.rootfs;
    try {
      if (root == null) {
        throw new Conflict("container " + container.id + " is not running");
      }
      RunningProcess process =
          rooms
              .runtime()
              .exec(
                  new ExecRequest(
                      container.id,
                      exec.id,
                      exec.command(),
                      Environment.of(
                          container,
                          new Links(rooms).environment(container),
                          config.tty(),
                          config.env()),
                      config.user().isEmpty() ? container.config.user() : config.user(),
                      container.host.groupAdd() == null ? List.of() : container.host.groupAdd(),
                      config.workingDir().isEmpty()
                          ? container.config.workingDir().isEmpty()
                              ? "/"
                              : container.config.workingDir()
                          : config.workingDir(),
                      config.privileged(),
                      root,
                      attached,
                      new ProcessIo(
                          config.tty(), attached && config.attachStdin(), !config.tty(), null)));
      exec.running(process);
      return process;
    } catch (EngineException e) {
      EngineException told = StartContainer.StartFailure.of(e);
      int code = StartContainer.StartFailure.exitCode(e);
      exec.done.complete(code == 128 ? 126 : code);
      throw told;
    }
  }

  private AttachSession session(
      Container container, ExecInstance exec, EscapeKeys keys, Console console) {
    ExecConfig config = exec.config;
    ConsoleSession session =
        new ConsoleSession(
            new ConsoleSession.Policy(
                config.tty(),
                config.attachStdin(),
                config.attachStdout() || config.tty(),
                config.attachStderr(),
                true,
                !config.tty(),
                config.tty() ? keys : EscapeKeys.none(),
                sink -> {},
                sink -> awaitCode(exec),
                () -> publish(container, exec, "exec_detach", Map.of())));
    session.bind(console);
    return session;
  }

  /** Clients ask for the exit code as soon as the output ends: it must be known by then. */
  private static void awaitCode(ExecInstance exec) throws InterruptedException {
    try {
      exec.done.get(5, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      LOG.debugf("exec %s closed its output and runs on", exec.id);
    }
  }

  private void ended(Container container, ExecInstance exec, int code) {
    exec.done.complete(code);
    publish(container, exec, "exec_die", Map.of("exitCode", String.valueOf(code)));
  }

  private void publish(
      Container container, ExecInstance exec, String action, Map<String, String> more) {
    Map<String, String> attributes = new java.util.TreeMap<>(more);
    attributes.put("execID", exec.id);
    rooms.events().publish(container, action, attributes);
  }

  void resize(String id, int rows, int columns) {
    ExecInstance exec = table.get(id);
    RunningProcess process = exec.process();
    if (process == null || !exec.isRunning()) {
      throw new NotFound("NotFound: process does not exist " + id + ": not found");
    }
    process.resize(rows, columns);
  }
}
