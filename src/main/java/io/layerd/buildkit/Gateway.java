package io.layerd.buildkit;

import io.layerd.image.ImageService.Image;
import io.layerd.rpc.RpcCall;
import io.layerd.rpc.RpcException;
import io.layerd.rpc.WireMessage;
import io.layerd.rpc.WireWriter;
import java.util.List;
import java.util.Map;

/** {@code LLBBridge}: how a client leads its build, and says at last what it wants of it. */
final class Gateway {
  static final String SERVICE = "/moby.buildkit.v1.frontend.LLBBridge/";
  private static final String BUILD = "buildkit-controlapi-buildid";
  private static final List<String> ABILITIES =
      List.of(
          "solve.base",
          "return",
          "returnmap",
          "proto.refarray",
          "frontend.inputs",
          "frontend.caps",
          "gateway.solve.metadata",
          "gateway.solve.evaluate");

  private final Solves solves;
  private final DockerfileSolve dockerfiles;
  private final Worker worker;

  Gateway(Solves solves, DockerfileSolve dockerfiles, Worker worker) {
    this.solves = solves;
    this.dockerfiles = dockerfiles;
    this.worker = worker;
  }

  void serve(RpcCall call, WireMessage request) throws RpcException, InterruptedException {
    Solve solve = solves.await(call.header(BUILD));
    String method = call.method().substring(SERVICE.length());
    WireWriter answer =
        switch (method) {
          case "Ping" -> ping();
          case "Solve" -> solve(call, solve, request);
          case "Return" -> give(solve, request);
          case "Inputs", "Evaluate", "Warn" -> new WireWriter();
          default ->
              throw new RpcException(
                  RpcException.UNIMPLEMENTED, "layerd does not offer " + method + " of a build");
        };
    call.send(answer.toBytes());
  }

  private WireWriter ping() {
    WireWriter pong = new WireWriter();
    ABILITIES.forEach(name -> pong.message(1, new WireWriter().text(1, name).flag(2, true)));
    // none of LLB's: a list without any would stand for an old server's
    pong.message(2, new WireWriter().text(1, "source.local").flag(2, true));
    return pong.message(3, worker.record());
  }

  private WireWriter solve(RpcCall call, Solve solve, WireMessage request)
      throws RpcException, InterruptedException {
    if (!request.text(2).equals("dockerfile.v0")) {
      throw new RpcException(
          RpcException.UNIMPLEMENTED,
          request.text(2).isEmpty()
              ? "layerd builds from Dockerfiles, not from LLB definitions"
              : "layerd does not offer the frontend " + request.text(2));
    }
    call.onCancel(solve.cancellation()::cancel);
    Solve.Result result = dockerfiles.run(solve, request.map(3));
    if (!result.answers().isEmpty()) {
      return answer(request, result);
    }
    String id = solve.keep(result);
    WireWriter answer = new WireWriter();
    if (!request.flag(5)) {
      return answer.text(1, id);
    }
    WireWriter returned = new WireWriter().message(3, new WireWriter().text(1, id));
    Image image = result.image();
    if (image != null) {
      returned.bytesMap(10, Map.of("containerimage.config", image.raw()));
    }
    return answer.message(3, returned);
  }

  /** Only texts, and nothing built. */
  private static WireWriter answer(WireMessage request, Solve.Result result) throws RpcException {
    if (!request.flag(5)) {
      throw new RpcException(
          RpcException.UNIMPLEMENTED, "layerd answers such a request to newer clients only");
    }
    return new WireWriter().message(3, new WireWriter().bytesMap(10, result.answers()));
  }

  private static WireWriter give(Solve solve, WireMessage request) throws RpcException {
    if (request.has(2)) {
      WireMessage error = request.message(2);
      int code = error.number(1) == 0 ? RpcException.UNKNOWN : (int) error.number(1);
      solve.fail(new RpcException(code, error.text(2), request.bytes(2)));
      return new WireWriter();
    }
    WireMessage result = request.message(1);
    String id = result.message(3).text(1);
    if (id.isEmpty()) {
      id = result.text(1);
    }
    for (byte[] each : result.message(4).bytesMap(1).values()) {
      id = WireMessage.parse(each).text(1);
    }
    solve.give(id);
    return new WireWriter();
  }
}
