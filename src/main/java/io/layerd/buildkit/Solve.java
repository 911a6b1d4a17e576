package io.layerd.buildkit;

import io.layerd.build.BuiltStep;
import io.layerd.error.InvalidParameter;
import io.layerd.image.ImageService.Image;
import io.layerd.rpc.RpcException;
import io.layerd.rpc.WireMessage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** One build of a client, from the request to the output. */
final class Solve {
  private final String ref;
  private final SolveLog log = new SolveLog();
  private final Cancel cancel = new Cancel();
  private final Map<String, Result> results = new LinkedHashMap<>();
  private final CompletableFuture<Result> returned = new CompletableFuture<>();
  private final String session;
  private final Set<String> entitlements;
  private final Predicate<String> allowed;
  private final CacheOptions cache;

  /**
   * @param image null if there is nothing in it
   * @param steps that it consists of
   * @param all those of other stages too
   * @param answers to what was asked instead of a build
   */
  record Result(
      @Nullable Image image,
      List<BuiltStep> steps,
      List<BuiltStep> all,
      Map<String, byte[]> answers) {
    Result {
      steps = List.copyOf(steps);
      all = List.copyOf(all);
    }

    Result(@Nullable Image image, List<BuiltStep> steps, List<BuiltStep> all) {
      this(image, steps, all, Map.of());
    }

    static Result none() {
      return new Result(null, List.of(), List.of());
    }

    static Result of(Map<String, byte[]> answers) {
      return new Result(null, List.of(), List.of(), Map.copyOf(answers));
    }
  }

  /**
   * @param allowed images that it may stand on
   */
  Solve(WireMessage request, Predicate<String> allowed) throws RpcException {
    ref = request.text(1);
    session = request.text(5);
    entitlements = Set.copyOf(request.texts(9));
    this.allowed = allowed;
    try {
      cache = CacheOptions.of(request);
    } catch (InvalidParameter e) {
      throw new RpcException(RpcException.INVALID_ARGUMENT, String.valueOf(e.getMessage()));
    }
  }

  String ref() {
    return ref;
  }

  SolveLog log() {
    return log;
  }

  Cancel cancellation() {
    return cancel;
  }

  String session() {
    return session;
  }

  Set<String> entitlements() {
    return entitlements;
  }

  CacheOptions cache() {
    return cache;
  }

  Predicate<String> allowed() {
    return allowed;
  }

  /** Keeps what the client solved, until it says what to return. */
  synchronized String keep(Result result) {
    String id = ref + "-" + results.size();
    results.put(id, result);
    return id;
  }

  /**
   * @throws RpcException if there is none of that id
   */
  synchronized Result result(String id) throws RpcException {
    Result result = results.get(id);
    if (result == null) {
      throw new RpcException(RpcException.NOT_FOUND, "no such ref: " + id);
    }
    return result;
  }

  /**
   * The client is done.
   *
   * @param id of what it solved; empty for nothing
   */
  void give(String id) throws RpcException {
    returned.complete(id.isEmpty() ? Result.none() : result(id));
  }

  void fail(RpcException why) {
    returned.completeExceptionally(why);
  }

  /** Waits for what the client returns. */
  Result await() throws RpcException, InterruptedException {
    cancel.onCancel(() -> fail(new RpcException(RpcException.CANCELLED, "context canceled")));
    try {
      return returned.get();
    } catch (java.util.concurrent.ExecutionException e) {
      if (e.getCause() instanceof RpcException failure) {
        throw failure;
      }
      throw new RpcException(RpcException.INTERNAL, String.valueOf(e.getMessage()));
    }
  }
}
