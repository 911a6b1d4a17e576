package io.layerd.buildkit;

import io.layerd.rpc.RpcException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** The clients that are connected, by the id they gave. */
final class Sessions {
  /** A build may be asked for before its session is there. */
  private static final Duration LATE = Duration.ofSeconds(5);

  private final Map<String, Session> sessions = new HashMap<>();

  synchronized void add(Session session) {
    Session before = sessions.put(session.id(), session);
    if (before != null) {
      before.peer().close();
    }
    session.peer().onClose(() -> remove(session));
    notifyAll();
  }

  private synchronized void remove(Session session) {
    sessions.remove(session.id(), session);
  }

  /**
   * Waits for a session for a moment; without an ID there is one that offers nothing.
   *
   * @throws RpcException if it does not come
   */
  synchronized Session await(String id) throws RpcException, InterruptedException {
    if (id.isEmpty()) {
      return Session.NONE;
    }
    long end = System.nanoTime() + LATE.toNanos();
    while (true) {
      Session session = sessions.get(id);
      if (session != null) {
        return session;
      }
      long millis = (end - System.nanoTime()) / 1_000_000;
      if (millis <= 0) {
        throw new RpcException(RpcException.NOT_FOUND, "no active session for " + id);
      }
      wait(millis);
    }
  }
}
