package io.layerd.api.stream;

import io.layerd.api.ApiFront;
import io.layerd.api.ErrorAnswer;
import io.layerd.api.Params;
import io.layerd.container.AttachRequest;
import io.layerd.engine.AttachStream;
import io.layerd.engine.ContainerCommands;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;

/** POST /containers/{id}/attach: hands the connection to the container's process. */
final class AttachRoute implements Handler<RoutingContext> {
  private final ContainerCommands containers;

  AttachRoute(ContainerCommands containers) {
    this.containers = containers;
  }

  @Override
  public void handle(RoutingContext routing) {
    HttpServerRequest request = routing.request();
    Hijack.check(request);
    AttachRequest attach =
        new AttachRequest(
            Params.bool(request.getParam("stdin")),
            Params.bool(request.getParam("stdout")),
            Params.bool(request.getParam("stderr")),
            Params.bool(request.getParam("logs")),
            Params.bool(request.getParam("stream")),
            request.getParam("detachKeys"));
    BodyReader.read(request)
        .onFailure(failure -> ApiFront.answer(routing.response(), ErrorAnswer.of(failure)))
        .onSuccess(_ -> attach(routing, containers.attach(routing.pathParam("id"), attach)));
  }

  private static void attach(RoutingContext routing, Uni<AttachStream> opening) {
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
    Hijack.take(routing, stream.tty())
        .onSuccess(connection -> connection.join(stream, !stream.tty()))
        .onFailure(_ -> stream.close());
  }
}
