package io.layerd.container;

import static java.util.Objects.requireNonNull;

import io.layerd.error.Conflict;
import io.layerd.runtime.ContainerRuntime;
import io.layerd.runtime.LaunchRequest;
import io.layerd.runtime.RuntimeInfo;
import io.layerd.runtime.RuntimeOptions;
import io.layerd.spec.HostConfig;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Processes that a test ends by hand; signals end them as the test says. */
final class FakeRuntime implements ContainerRuntime {
  final Map<String, FakeProcess> processes = new ConcurrentHashMap<>();
  final List<LaunchRequest> launches = new CopyOnWriteArrayList<>();
  final List<String> kills = new CopyOnWriteArrayList<>();
  final List<String> deleted = new CopyOnWriteArrayList<>();
  final List<HostConfig> updates = new CopyOnWriteArrayList<>();
  private final AtomicInteger pids = new AtomicInteger(100);
  volatile @Nullable RuntimeException failCreate;
  volatile @Nullable RuntimeException failStart;
  volatile @Nullable RuntimeException failCheckpoint;
  final List<Path> checkpoints = new CopyOnWriteArrayList<>();
  final List<Path> restored = new CopyOnWriteArrayList<>();

  /** Runs inside start, with the container's lock held. */
  volatile Consumer<FakeProcess> onStart = _ -> {};

  /** Signals that are obeyed; others are ignored. */
  volatile List<Integer> deadly = List.of(9, 15);

  final class FakeProcess implements RunningProcess {
    final String id;
    final int pid = pids.incrementAndGet();
    final CompletableFuture<ExitStatus> exit = new CompletableFuture<>();
    final List<FakeConsole> consoles = new CopyOnWriteArrayList<>();

    FakeProcess(String id) {
      this.id = id;
    }

    void end(int code) {
      consoles.forEach(console -> console.output.add(Optional.empty()));
      exit.complete(new ExitStatus(code, false, Instant.now()));
    }

    void print(int stream, String text) {
      consoles.forEach(
          console -> console.output.add(Optional.of(new Output(stream, text.getBytes()))));
    }

    @Override
    public int pid() {
      return pid;
    }

    @Override
    public CompletableFuture<ExitStatus> exit() {
      return exit;
    }

    @Override
    public Console attach() {
      FakeConsole console = new FakeConsole();
      consoles.add(console);
      if (exit.isDone()) {
        console.output.add(Optional.empty());
      }
      return console;
    }

    @Override
    public void resize(int rows, int columns) {}
  }

  static final class FakeConsole implements Console {
    final BlockingQueue<Optional<Output>> output = new LinkedBlockingQueue<>();
    final StringBuilder input = new StringBuilder();
    volatile boolean inputClosed;

    @Override
    public @Nullable Output read() {
      try {
        return output.take().orElse(null);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return null;
      }
    }

    @Override
    public synchronized void write(byte[] data, int offset, int length) {
      input.append(new String(data, offset, length));
    }

    @Override
    public void closeInput() {
      inputClosed = true;
    }

    @Override
    public void close() {
      output.add(Optional.empty());
    }
  }

  @Override
  public String defaultRuntime() {
    return info().defaultRuntime();
  }

  @Override
  public void reload(RuntimeOptions options) {
    throw new UnsupportedOperationException();
  }

  @Override
  public RuntimeInfo info() {
    RuntimeInfo.Program runc = new RuntimeInfo.Program("runc", "/usr/sbin/runc", "1.1.5", "");
    return new RuntimeInfo(
        "runc", List.of(runc), runc, null, "1", "cgroupfs", List.of(), List.of());
  }

  @Override
  public CheckedHost check(HostConfig host) {
    return new CheckedHost(host, List.of());
  }

  @Override
  public RunningProcess create(LaunchRequest request) {
    RuntimeException failure = failCreate;
    if (failure != null) {
      throw failure;
    }
    launches.add(request);
    java.nio.file.Path log = request.io().log();
    if (log != null) {
      try {
        java.nio.file.Files.createFile(log);
      } catch (java.nio.file.FileAlreadyExistsException e) {
        // of an earlier start
      } catch (java.io.IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }
    FakeProcess process = new FakeProcess(request.containerId());
    processes.put(request.containerId(), process);
    return process;
  }

  @Override
  public void start(String containerId) {
    RuntimeException failure = failStart;
    if (failure != null) {
      throw failure;
    }
    onStart.accept(requireNonNull(processes.get(containerId)));
  }

  @Override
  public Optional<RunningProcess> find(String containerId, boolean tty) {
    return Optional.ofNullable(processes.get(containerId));
  }

  @Override
  public void kill(String containerId, int signal) {
    FakeProcess process = processes.get(containerId);
    if (process == null || process.exit.isDone()) {
      throw new Conflict("container " + containerId + " is not running");
    }
    kills.add(containerId.substring(0, 12) + ":" + signal);
    if (deadly.contains(signal)) {
      process.end(128 + signal);
    }
  }

  @Override
  public void end(String containerId) {}

  @Override
  public void delete(String containerId) {
    processes.remove(containerId);
    deleted.add(containerId);
  }

  @Override
  public RunningProcess exec(ExecRequest request) {
    FakeProcess process = new FakeProcess(request.id());
    processes.put(request.id(), process);
    return process;
  }

  @Override
  public void checkUser(Path rootfs, String user) {}

  @Override
  public List<Integer> pids(String containerId) {
    return new ArrayList<>(List.of(requireNonNull(processes.get(containerId)).pid));
  }

  @Override
  public io.layerd.runtime.ContainerUsage usage(String containerId, boolean ownNetwork) {
    throw new io.layerd.error.NotFound("No such container: " + containerId);
  }

  @Override
  public CheckedHost checkLimits(HostConfig host) {
    return new CheckedHost(host, List.of());
  }

  @Override
  public void update(String containerId, HostConfig host) {
    updates.add(host);
  }

  @Override
  public RunningProcess restore(LaunchRequest request, Path checkpoint) {
    RunningProcess process = create(request);
    restored.add(checkpoint);
    return process;
  }

  @Override
  public void checkpoint(String containerId, Path images, boolean leaveRunning) {
    RuntimeException failure = failCheckpoint;
    if (failure != null) {
      throw failure;
    }
    checkpoints.add(images);
    if (!leaveRunning) {
      requireNonNull(processes.get(containerId)).end(137);
    }
  }

  @Override
  public void pause(String containerId) {}

  @Override
  public void resume(String containerId) {}
}
