package io.layerd.api.stream;

import io.layerd.api.ApiVersion;
import io.layerd.api.Moment;
import io.layerd.api.Params;
import io.layerd.container.LogQuery;
import io.layerd.engine.ContainerCommands;
import io.layerd.error.InvalidParameter;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** GET /containers/{id}/logs: framed output, or the terminal's as it was. */
final class LogsRoute implements Handler<RoutingContext> {
  private final ContainerCommands containers;

  LogsRoute(ContainerCommands containers) {
    this.containers = containers;
  }

  @Override
  public void handle(RoutingContext routing) {
    HttpServerRequest request = routing.request();
    Instant now = Instant.now();
    LogQuery query =
        new LogQuery(
            Params.bool(request.getParam("stdout")),
            Params.bool(request.getParam("stderr")),
            Params.bool(request.getParam("follow")),
            Params.bool(request.getParam("timestamps")),
            Params.bool(request.getParam("details")),
            tail(request.getParam("tail")),
            moment(request, "since", now),
            moment(request, "until", now));
    if (!query.stdout() && !query.stderr()) {
      throw new InvalidParameter("Bad parameters: you must choose at least one stream");
    }
    boolean named = ApiVersion.of(request).atLeast(42);
    StreamAnswer answer = new StreamAnswer(routing, Frames.RAW);
    LogSink sink = new LogSink(answer, named);
    answer.run(
        containers.logs(routing.pathParam("id"), query, sink),
        error -> sink.text("Error grabbing logs: " + error.message() + "\n"));
  }

  /** Zero is no limit here, as in dockerd; for events it is a point in time. */
  private static @Nullable Instant moment(HttpServerRequest request, String name, Instant now) {
    String text = request.getParam(name);
    return "0".equals(text) ? null : Moment.parse(text, now);
  }

  /** A negative or unreadable number means all, as in dockerd. */
  private static int tail(@Nullable String text) {
    if (text == null || text.isEmpty() || text.equals("all")) {
      return -1;
    }
    try {
      return Math.max(-1, Integer.parseInt(text));
    } catch (NumberFormatException e) {
      return -1;
    }
  }
}
