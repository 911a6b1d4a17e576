package io.layerd.buildkit;

import io.layerd.build.CacheMounts;
import io.layerd.error.InvalidParameter;
import io.layerd.rpc.RpcCall;
import io.layerd.rpc.RpcException;
import io.layerd.rpc.RpcService;
import io.layerd.rpc.WireMessage;
import io.layerd.rpc.WireWriter;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** BuildKit's control service, for one connection. */
final class Control implements RpcService {
  private static final String SERVICE = "/moby.buildkit.v1.Control/";
  private static final String HEALTH = "/grpc.health.v1.Health/Check";

  /** Field of a {@code SolveRequest}: a client asks for what is offered. */
  private static final int INTERNAL = 11;

  private final Solves solves;
  private final Gateway gateway;
  private final DockerfileSolve dockerfiles;
  private final Solver solver;
  private final CachePruning caches;
  private final Worker worker;
  private final BuildHistory history;
  private final Predicate<String> allowed;

  /**
   * @param allowed images that builds may stand on
   */
  Control(
      Solves solves,
      Gateway gateway,
      DockerfileSolve dockerfiles,
      Solver solver,
      CachePruning caches,
      Worker worker,
      BuildHistory history,
      Predicate<String> allowed) {
    this.solves = solves;
    this.gateway = gateway;
    this.dockerfiles = dockerfiles;
    this.solver = solver;
    this.caches = caches;
    this.worker = worker;
    this.history = history;
    this.allowed = allowed;
  }

  @Override
  public void serve(RpcCall call) throws RpcException, InterruptedException {
    String method = call.method();
    if (method.startsWith(Gateway.SERVICE)) {
      gateway.serve(call, request(call));
    } else if (method.equals(HEALTH)) {
      call.send(new WireWriter().number(1, 1).toBytes());
    } else if (method.startsWith(BuildHistory.CONTENT)) {
      history.content(call, request(call));
    } else if (method.startsWith(SERVICE)) {
      control(call, method.substring(SERVICE.length()));
    } else {
      throw new RpcException(RpcException.UNIMPLEMENTED, "unknown method " + method);
    }
  }

  private static WireMessage request(RpcCall call) throws RpcException, InterruptedException {
    byte[] message = call.receive();
    if (message == null) {
      throw new RpcException(RpcException.INVALID_ARGUMENT, "no request came");
    }
    return WireMessage.parse(message);
  }

  private void control(RpcCall call, String method) throws RpcException, InterruptedException {
    WireMessage request = request(call);
    switch (method) {
      case "Info" -> call.send(new WireWriter().message(1, worker.release()).toBytes());
      case "ListWorkers" -> call.send(new WireWriter().message(1, worker.record()).toBytes());
      case "Solve" -> call.send(solve(call, request).toBytes());
      case "Status" -> status(call, request.text(1));
      case "ListenBuildHistory" -> listen(call, request);
      case "UpdateBuildHistory" -> call.send(history.update(request).toBytes());
      case "DiskUsage" -> call.send(diskUsage(request.texts(1)).toBytes());
      case "Prune" -> {
        Duration unused = Duration.ofNanos(request.number(3));
        long most = Math.max(request.number(4), request.number(5));
        for (CacheMounts.Entry entry : prune(request.texts(1), unused, most)) {
          call.send(record(entry).toBytes());
        }
      }
      default ->
          throw new RpcException(
              RpcException.UNIMPLEMENTED, "layerd does not offer " + method + " of BuildKit yet");
    }
  }

  private WireWriter solve(RpcCall call, WireMessage request)
      throws RpcException, InterruptedException {
    Solve solve = Solve.of(request, allowed);
    call.onCancel(solve.cancellation()::cancel);
    BuildHistory.Entry entry = request.flag(INTERNAL) ? null : history.begin(solve, request);
    try {
      Map<String, String> told =
          solver.run(solve, () -> Outputs.of(request), () -> result(solve, request));
      if (entry != null) {
        history.end(entry, told, null);
      }
      return new WireWriter().map(1, told);
    } catch (RpcException e) {
      if (entry != null) {
        history.end(entry, Map.of(), e);
      }
      throw e;
    }
  }

  private void listen(RpcCall call, WireMessage request) throws RpcException {
    try {
      history.listen(call, request);
    } catch (InterruptedException e) {
      throw new RpcException(RpcException.CANCELLED, "context canceled");
    }
  }

  private void status(RpcCall call, String ref) throws RpcException, InterruptedException {
    SolveLog before = history.log(ref);
    SolveLog log = before == null ? solves.log(ref) : before;
    call.onCancel(Thread.currentThread()::interrupt);
    try {
      log.follow(call::send);
    } catch (RpcException e) {
      throw e;
    } catch (IOException e) {
      throw new RpcException(RpcException.UNAVAILABLE, String.valueOf(e.getMessage()));
    }
  }

  private Solve.Result result(Solve solve, WireMessage request)
      throws RpcException, InterruptedException {
    return switch (request.text(6)) {
      case "" -> {
        if (request.has(2)) {
          throw new RpcException(
              RpcException.UNIMPLEMENTED,
              "layerd builds from Dockerfiles, not from LLB definitions");
        }
        yield solve.await();
      }
      case "dockerfile.v0" -> dockerfiles.run(solve, request.map(7));
      default ->
          throw new RpcException(
              RpcException.UNIMPLEMENTED, "layerd does not offer the frontend " + request.text(6));
    };
  }

  private List<CacheMounts.Entry> prune(List<String> filters, Duration unused, long most)
      throws RpcException {
    try {
      return caches.prune(filters, unused, most);
    } catch (InvalidParameter e) {
      throw new RpcException(RpcException.INVALID_ARGUMENT, String.valueOf(e.getMessage()));
    }
  }

  private WireWriter diskUsage(List<String> filters) throws RpcException {
    WireWriter usage = new WireWriter();
    try {
      caches.list(filters).forEach(entry -> usage.message(1, record(entry)));
    } catch (InvalidParameter e) {
      throw new RpcException(RpcException.INVALID_ARGUMENT, String.valueOf(e.getMessage()));
    }
    return usage;
  }

  private static WireWriter record(CacheMounts.Entry entry) {
    return new WireWriter()
        .text(1, entry.name())
        .flag(2, true)
        .flag(3, entry.inUse())
        .number(4, entry.sizeBytes())
        .time(6, entry.created())
        .time(7, entry.used())
        .number(8, 1)
        .text(9, entry.description())
        .text(10, "exec.cachemount");
  }
}
