package io.layerd.container;

import io.layerd.error.NotFound;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Exec instances. Ended ones stay for a while, since clients ask for their exit code; how many is
 * limited, so that a busy health check fills no memory.
 */
final class ExecTable {
  private static final int MOST_ENDED = 1000;

  private final Map<String, ExecInstance> byId = new LinkedHashMap<>();
  private final Deque<String> ended = new ArrayDeque<>();

  synchronized void add(ExecInstance exec) {
    byId.put(exec.id, exec);
    exec.done.whenComplete((_, _) -> end(exec.id));
  }

  private synchronized void end(String id) {
    if (!byId.containsKey(id)) {
      return;
    }
    ended.addLast(id);
    while (ended.size() > MOST_ENDED) {
      byId.remove(ended.removeFirst());
    }
  }

  /**
   * @throws NotFound {@code No such exec instance: ID}
   */
  synchronized ExecInstance get(String id) {
    ExecInstance exec = byId.get(id);
    if (exec == null) {
      throw new NotFound("No such exec instance: " + id);
    }
    return exec;
  }

  /** Those of a container that have not ended. */
  synchronized List<String> of(String containerId) {
    return byId.values().stream()
        .filter(exec -> exec.containerId.equals(containerId) && !exec.done.isDone())
        .map(exec -> exec.id)
        .toList();
  }

  /** The container has ended: instances that never began can be forgotten. */
  synchronized void dropOf(String containerId) {
    byId.values()
        .removeIf(
            exec ->
                exec.containerId.equals(containerId)
                    && exec.process() == null
                    && !exec.done.isDone());
  }
}
