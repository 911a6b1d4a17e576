package io.layerd.container;

import io.layerd.runtime.ContainerRuntime.RunningProcess;
import java.util.ArrayList;
import java.util.List;

/** Clients that attached before the container was started. */
final class PendingAttachments {
  private List<ConsoleSession> waiting = new ArrayList<>();

  synchronized void add(ConsoleSession session) {
    waiting.removeIf(ConsoleSession::closed);
    waiting.add(session);
  }

  /** Connects everyone who waits. */
  void bind(RunningProcess process) {
    for (ConsoleSession session : take()) {
      if (!session.closed()) {
        session.bind(process.attach());
      }
    }
  }

  /** There will be no process: nobody waits any longer. */
  void close() {
    take().forEach(ConsoleSession::close);
  }

  private synchronized List<ConsoleSession> take() {
    List<ConsoleSession> taken = waiting;
    waiting = new ArrayList<>();
    return taken;
  }
}
