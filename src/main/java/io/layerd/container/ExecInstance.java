package io.layerd.container;

import io.layerd.runtime.ContainerRuntime.RunningProcess;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One exec. Guarded by itself, but for the ids. */
final class ExecInstance {
  final String id;
  final String containerId;
  final ExecConfig config;

  /** Completes when it ended, or never began. */
  final CompletableFuture<Integer> done = new CompletableFuture<>();

  private boolean started;
  private @Nullable RunningProcess process;

  ExecInstance(String id, String containerId, ExecConfig config) {
    this.id = id;
    this.containerId = containerId;
    this.config = config;
  }

  /** True for the first caller. */
  synchronized boolean begin() {
    boolean first = !started;
    started = true;
    return first;
  }

  synchronized void running(RunningProcess now) {
    process = now;
  }

  synchronized @Nullable RunningProcess process() {
    return process;
  }

  synchronized boolean isRunning() {
    return process != null && !done.isDone();
  }

  List<String> command() {
    List<String> cmd = config.cmd();
    return cmd == null ? List.of() : cmd;
  }

  synchronized ExecSnapshot snapshot() {
    List<String> words = new ArrayList<>(command());
    String path = words.isEmpty() ? "" : words.removeFirst();
    return new ExecSnapshot(
        id,
        containerId,
        isRunning(),
        done.getNow(null),
        process == null ? 0 : process.pid(),
        false,
        path,
        words,
        config);
  }
}
