package io.layerd.api.stream;

import io.layerd.api.Params;
import io.layerd.container.StatsQuery;
import io.layerd.engine.ContainerCommands;
import io.layerd.error.InvalidParameter;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.UncheckedIOException;

/** GET /containers/{id}/stats: what a container uses, once or every second. */
final class StatsRoute implements Handler<RoutingContext> {
  private final ContainerCommands containers;

  StatsRoute(ContainerCommands containers) {
    this.containers = containers;
  }

  @Override
  public void handle(RoutingContext routing) {
    HttpServerRequest request = routing.request();
    StatsQuery query =
        new StatsQuery(
            Params.bool(request.getParam("stream"), true),
            Params.bool(request.getParam("one-shot")));
    if (query.stream() && query.oneShot()) {
      throw new InvalidParameter("cannot have stream=true and one-shot=true");
    }
    StreamAnswer answer = new StreamAnswer(routing, "application/json");
    answer.run(
        containers.stats(
            routing.pathParam("id"),
            query,
            sample -> {
              try {
                answer.write(StatsLine.of(sample));
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            }),
        _ -> new byte[0]);
  }
}
