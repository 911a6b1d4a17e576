package io.layerd.api.stream;

import io.layerd.api.ApiFront;
import io.layerd.api.ApiVersion;
import io.layerd.api.ErrorAnswer;
import io.layerd.api.Params;
import io.layerd.container.AttachRequest;
import io.layerd.engine.AttachStream;
import io.layerd.engine.ContainerCommands;
import io.layerd.error.InvalidParameter;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;

/**
 * GET /containers/{id}/attach/ws: the same as an attach, inside a WebSocket. Output is not framed
 * by stream: what is wanted apart is asked for on two connections.
 */
final class AttachSocketRoute implements Handler<RoutingContext> {
  private static final int STREAMS_BY_NAME = 42;
  private static final int BINARY = 28;

  private final ContainerCommands containers;

  AttachSocketRoute(ContainerCommands containers) {
    this.containers = containers;
  }

  @Override
  public void handle(RoutingContext routing) {
    HttpServerRequest request = routing.request();
    Hijack.check(request);
    WebSocketHandshake.check(request);
    String id = routing.pathParam("id");
    AttachRequest attach = attach(request);
    BodyReader.read(request)
        .onFailure(failure -> ApiFront.answer(routing.response(), ErrorAnswer.of(failure)))
        .onSuccess(_ -> open(routing, containers.attach(id, attach)));
  }

  /** Clients before 1.42 get all three streams, whatever they ask for. */
  private static AttachRequest attach(HttpServerRequest request) {
    boolean all = !ApiVersion.of(request).atLeast(STREAMS_BY_NAME);
    return new AttachRequest(
        all || Params.bool(request.getParam("stdin")),
        all || Params.bool(request.getParam("stdout")),
        all || Params.bool(request.getParam("stderr")),
        Params.bool(request.getParam("logs")),
        Params.bool(request.getParam("stream")),
        request.getParam("detachKeys"));
  }

  private static void open(RoutingContext routing, Uni<AttachStream> opening) {
    Context context = Vertx.currentContext();
    Cancellable running =
        opening
            .subscribe()
            .with(
                stream -> context.runOnContext(_ -> join(routing, stream)),
                failure ->
                    context.runOnContext(
                        _ -> ApiFront.answer(routing.response(), ErrorAnswer.of(failure))));
    routing.response().closeHandler(_ -> running.cancel());
  }

  /** On the event loop. */
  static void join(RoutingContext routing, AttachStream stream) {
    if (routing.response().closed()) {
      stream.close();
      return;
    }
    boolean binary = ApiVersion.of(routing.request()).atLeast(BINARY);
    Hijack.takeSocket(routing, binary)
        .onSuccess(connection -> connection.join(stream, false))
        .onFailure(_ -> stream.close());
  }

  /** What a client has to send for its connection to become a WebSocket (RFC 6455, 4.2.1). */
  static final class WebSocketHandshake {
    private WebSocketHandshake() {}

    /**
     * @throws InvalidParameter if the request asks for something else
     */
    static void check(HttpServerRequest request) {
      String upgrade = request.getHeader("Upgrade");
      String key = request.getHeader("Sec-WebSocket-Key");
      if (!"websocket".equalsIgnoreCase(upgrade) || key == null || key.isEmpty()) {
        throw new InvalidParameter("not websocket protocol");
      }
      if (!"13".equals(request.getHeader("Sec-WebSocket-Version"))) {
        throw new InvalidParameter("missing or bad WebSocket Version");
      }
    }
  }
}
