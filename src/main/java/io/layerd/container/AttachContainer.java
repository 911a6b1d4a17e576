package io.layerd.container;

import io.layerd.error.Conflict;
import io.layerd.runtime.ContainerRuntime.RunningProcess;

/** Connects a client to a container. */
final class AttachContainer {
  private final Rooms rooms;
  private final ContainerLogs logs;

  AttachContainer(Rooms rooms, ContainerLogs logs) {
    this.rooms = rooms;
    this.logs = logs;
  }

  AttachSession attach(String ref, Container container, AttachRequest request) {
    EscapeKeys keys = EscapeKeys.parse(request.detachKeys());
    ContainerState state = container.state;
    if (state.paused()) {
      throw new Conflict("container " + ref + " is paused, unpause the container before attach");
    }
    if (state.restarting()) {
      throw new Conflict(
          "container " + ref + " is restarting, wait until the container is running");
    }
    boolean tty = container.config.tty();
    LogQuery past =
        new LogQuery(request.stdout(), request.stderr(), false, false, false, -1, null, null);
    ConsoleSession session =
        new ConsoleSession(
            new ConsoleSession.Policy(
                tty,
                request.stdin() && request.stream(),
                request.stdout(),
                request.stderr(),
                request.stream(),
                container.config.stdinOnce() && !tty,
                tty ? keys : EscapeKeys.none(),
                sink -> {
                  if (request.logs()) {
                    logs.replay(container, past, sink);
                  }
                },
                sink -> {},
                () -> rooms.events().publish(container, "detach")));
    if (request.stream()) {
      connect(container, session);
      rooms.events().publish(container, "attach");
    }
    return session;
  }

  /** Either the process is there, or the session waits for it: no start comes in between. */
  private static void connect(Container container, ConsoleSession session) {
    container.lock.lock();
    try {
      RunningProcess process = container.process;
      if (process != null) {
        session.bind(process.attach());
      } else {
        container.attachments.add(session);
      }
    } finally {
      container.lock.unlock();
    }
  }
}
