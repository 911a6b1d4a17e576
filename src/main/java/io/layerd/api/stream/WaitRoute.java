package io.layerd.api.stream;

import io.layerd.api.ApiVersion;
import io.layerd.api.ErrorAnswer;
import io.layerd.api.model.WaitAnswer;
import io.layerd.container.ContainerService.WaitResult;
import io.layerd.container.WaitCondition;
import io.layerd.engine.ContainerCommands;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * POST /containers/{id}/wait: the head says that the wait has begun, the body comes when it is
 * over.
 */
final class WaitRoute implements Handler<RoutingContext> {
  private final ContainerCommands containers;

  WaitRoute(ContainerCommands containers) {
    this.containers = containers;
  }

  @Override
  public void handle(RoutingContext routing) {
    HttpServerRequest request = routing.request();
    boolean early = ApiVersion.of(request).atLeast(30);
    WaitCondition condition =
        early ? WaitCondition.parse(request.getParam("condition")) : WaitCondition.NOT_RUNNING;
    StreamAnswer answer = new StreamAnswer(routing, "application/json");
    Uni<Void> work =
        containers
            .await(routing.pathParam("id"), condition)
            .flatMap(
                waiting -> {
                  if (early) {
                    answer.open("application/json");
                  }
                  return waiting;
                })
            .map(
                result -> {
                  write(answer, result);
                  return null;
                });
    answer.run(work, error -> error.body());
  }

  private static void write(StreamAnswer answer, WaitResult result) {
    WaitAnswer body =
        new WaitAnswer(
            result.error() == null ? null : new WaitAnswer.Message(result.error()),
            result.statusCode());
    try {
      answer.write(ErrorAnswer.json(body));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
