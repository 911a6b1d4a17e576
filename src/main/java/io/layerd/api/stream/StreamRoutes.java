package io.layerd.api.stream;

import io.layerd.api.ApiFront;
import io.layerd.api.ErrorAnswer;
import io.layerd.engine.Engine;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/** Puts the streaming answers into the router, before the REST resources. */
public final class StreamRoutes {
  private static final int BEFORE_RESOURCES = -1000;

  private StreamRoutes() {}

  public static void add(Router router, Engine engine) {
    route(router, HttpMethod.POST, "/images/create", new PullRoute(engine.images()));
    route(router, HttpMethod.GET, "/events", new EventsRoute(engine.system()));
    route(router, HttpMethod.POST, "/containers/:id/wait", new WaitRoute(engine.containers()));
    route(router, HttpMethod.GET, "/containers/:id/logs", new LogsRoute(engine.containers()));
    route(router, HttpMethod.POST, "/containers/:id/attach", new AttachRoute(engine.containers()));
    route(router, HttpMethod.POST, "/exec/:id/start", new ExecStartRoute(engine.execs()));
  }

  private static void route(
      Router router, HttpMethod method, String path, Handler<RoutingContext> handler) {
    router
        .route(method, path)
        .order(BEFORE_RESOURCES)
        .handler(
            routing -> {
              try {
                handler.handle(routing);
              } catch (RuntimeException e) {
                ApiFront.answer(routing.response(), ErrorAnswer.of(e));
              }
            });
  }
}
