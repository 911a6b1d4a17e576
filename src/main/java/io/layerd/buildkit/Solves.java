package io.layerd.buildkit;

import io.layerd.rpc.RpcException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** The builds under way, by the reference their client gave them. */
final class Solves {
  /** Whoever follows a build may ask before the build itself does. */
  private static final Duration LATE = Duration.ofSeconds(5);

  private final Map<String, Solve> solves = new HashMap<>();

  synchronized void add(Solve solve) throws RpcException {
    if (solve.ref().isEmpty() || solves.putIfAbsent(solve.ref(), solve) != null) {
      throw new RpcException(RpcException.INVALID_ARGUMENT, "job ID exists");
    }
    notifyAll();
  }

  synchronized void remove(Solve solve) {
    solves.remove(solve.ref(), solve);
  }

  synchronized Solve await(String ref) throws RpcException, InterruptedException {
    long end = System.nanoTime() + LATE.toNanos();
    while (true) {
      Solve solve = solves.get(ref);
      if (solve != null) {
        return solve;
      }
      long millis = (end - System.nanoTime()) / 1_000_000;
      if (millis <= 0) {
        throw new RpcException(RpcException.UNKNOWN, "no such job " + ref);
      }
      wait(millis);
    }
  }
}
