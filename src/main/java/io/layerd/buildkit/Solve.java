package io.layerd.buildkit;

import io.layerd.build.BuiltStep;
import io.layerd.error.InvalidParameter;
import io.layerd.image.Cancel;
import io.layerd.image.ImageService.Image;
import io.layerd.rpc.RpcException;
import io.layerd.rpc.WireMessage;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** One build of a client, from the request to the output. */
final class Solve {
  private static final Logger LOG = Logger.getLogger(Solve.class);

  private final String ref;
  private final SolveLog log = new SolveLog();
  private final Provenance provenance = new Provenance();
  private final Cancel cancel = new Cancel();
  private final Map<String, Result> results = new LinkedHashMap<>();
  private final CompletableFuture<Result> returned = new CompletableFuture<>();
  private final String session;
  private final Set<String> entitlements;
  private final Predicate<String> allowed;
  private final CacheOptions cache;
  private final Solver.Part<InputStream> upload;

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
   * @param upload what the client sends as {@link StreamedBuild#UPLOAD}
   */
  Solve(
      String ref,
      String session,
      Set<String> entitlements,
      Predicate<String> allowed,
      CacheOptions cache,
      Solver.Part<InputStream> upload) {
    this.ref = ref;
    this.session = session;
    this.entitlements = Set.copyOf(entitlements);
    this.allowed = allowed;
    this.cache = cache;
    this.upload = upload;
  }

  /**
   * As a {@code SolveRequest} says.
   *
   * @param allowed images that it may stand on
   */
  static Solve of(WireMessage request, Predicate<String> allowed) throws RpcException {
    return new Solve(
        request.text(1),
        request.text(5),
        Set.copyOf(request.texts(9)),
        allowed,
        cache(request),
        () -> {
          throw new RpcException(RpcException.NOT_FOUND, "nothing is uploaded for this build");
        });
  }

  private static CacheOptions cache(WireMessage request) throws RpcException {
    try {
      return CacheOptions.of(request);
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

  /** What it is made of. */
  Provenance provenance() {
    return provenance;
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

  /** What the client uploads; it ends when the build is cancelled. The caller closes it. */
  InputStream upload() throws RpcException, InterruptedException {
    InputStream stream = upload.get();
    cancel.onCancel(() -> close(stream));
    return stream;
  }

  private static void close(InputStream stream) {
    try {
      stream.close();
    } catch (IOException e) {
      LOG.debugf("an upload could not be ended: %s", e.getMessage());
    }
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
