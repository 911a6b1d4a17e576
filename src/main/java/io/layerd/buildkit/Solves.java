package io.layerd.buildkit;

import io.layerd.rpc.RpcException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The builds under way, by the reference their client gave them. */
final class Solves {
  /** Whoever follows a build may ask before the build itself does, or after its end. */
  private static final Duration LATE = Duration.ofSeconds(5);

  private final Map<String, Solve> solves = new HashMap<>();
  private final Map<String, SolveLog> ended = new HashMap<>();

  synchronized void add(Solve solve) throws RpcException {
    if (solve.ref().isEmpty() || solves.putIfAbsent(solve.ref(), solve) != null) {
      throw new RpcException(RpcException.INVALID_ARGUMENT, "job ID exists");
    }
    notifyAll();
  }

  /** A build has ended; what it said can be had for some time yet. */
  synchronized void end(Solve solve) {
    solve.log().end();
    if (solves.remove(solve.ref(), solve)) {
      ended.put(solve.ref(), solve.log());
      CompletableFuture.delayedExecutor(LATE.toMillis(), TimeUnit.MILLISECONDS)
          .execute(() -> forget(solve));
    }
  }

  private synchronized void forget(Solve solve) {
    ended.remove(solve.ref(), solve.log());
  }

  /**
   * Waits for a build for a moment.
   *
   * @throws RpcException if it does not come
   */
  synchronized Solve await(String ref) throws RpcException, InterruptedException {
    waitFor(ref);
    Solve solve = solves.get(ref);
    if (solve == null) {
      throw new RpcException(RpcException.UNKNOWN, "no such job " + ref);
    }
    return solve;
  }

  /** A build under way; null if there is none. */
  synchronized @Nullable Solve find(String ref) {
    return solves.get(ref);
  }

  /** What a build said so far: one under way, or one that ended a moment ago. */
  synchronized SolveLog log(String ref) throws RpcException, InterruptedException {
    waitFor(ref);
    SolveLog late = ended.get(ref);
    return late == null ? await(ref).log() : late;
  }

  private void waitFor(String ref) throws RpcException, InterruptedException {
    long end = System.nanoTime() + LATE.toNanos();
    while (!solves.containsKey(ref) && !ended.containsKey(ref)) {
      long millis = (end - System.nanoTime()) / 1_000_000;
      if (millis <= 0) {
        throw new RpcException(RpcException.UNKNOWN, "no such job " + ref);
      }
      wait(millis);
    }
  }
}
