package io.layerd.api.stream;

import io.layerd.api.ApiFront;
import io.layerd.api.ErrorAnswer;
import io.layerd.api.JsonBody;
import io.layerd.container.ExecStart;
import io.layerd.engine.AttachStream;
import io.layerd.engine.ExecCommands;
import io.layerd.error.NotFound;
import io.smallrye.mutiny.subscription.Cancellable;
import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;

/** POST /exec/{id}/start: hands the connection to one more process, or starts it detached. */
final class ExecStartRoute implements Handler<RoutingContext> {
  private final ExecCommands execs;

  ExecStartRoute(ExecCommands execs) {
    this.execs = execs;
  }

  @Override
  public void handle(RoutingContext routing) {
    BodyReader.read(routing.request())
        .map(
            body ->
                JsonBody.read(body, routing.request().getHeader("Content-Type"), ExecStart.class))
        .map(start -> checked(routing, start))
        .onFailure(failure -> ApiFront.answer(routing.response(), ErrorAnswer.of(failure)))
        .onSuccess(start -> start(routing, start));
  }

  private static ExecStart checked(RoutingContext routing, ExecStart start) {
    if (!start.detach()) {
      Hijack.check(routing.request());
    }
    return start;
  }

  private void start(RoutingContext routing, ExecStart start) {
    Context context = Vertx.currentContext();
    Cancellable running =
        execs
            .start(routing.pathParam("id"), start)
            .subscribe()
            .with(
                stream -> context.runOnContext(_ -> started(routing, stream)),
                failure -> context.runOnContext(_ -> failed(routing, start, failure)));
    routing.response().closeHandler(_ -> running.cancel());
  }

  private static void started(RoutingContext routing, Optional<AttachStream> stream) {
    if (stream.isPresent()) {
      AttachRoute.join(routing, stream.get());
    } else if (!routing.response().closed()) {
      routing.response().end();
    }
  }

  /** A process that does not start is told about in the stream: that is where clients look. */
  private static void failed(RoutingContext routing, ExecStart start, Throwable failure) {
    ErrorAnswer error = ErrorAnswer.of(failure);
    if (start.detach() || failure instanceof NotFound || routing.response().closed()) {
      ApiFront.answer(routing.response(), error);
      return;
    }
    Hijack.take(routing, start.tty())
        .onSuccess(connection -> connection.fail(error.message(), !start.tty()));
  }
}
