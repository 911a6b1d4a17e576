package io.layerd.api.stream;

import io.layerd.api.ApiFront;
import io.layerd.api.DaemonFacts;
import io.layerd.api.ErrorAnswer;
import io.layerd.engine.Engine;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/** Puts the streaming answers into the router, before the REST resources. */
public final class StreamRoutes {
  private static final int BEFORE_RESOURCES = -1000;

  private StreamRoutes() {}

  /** Adds them all. */
  public static void add(Router router, Engine engine, DaemonFacts facts) {
    // images made here say who made them
    ImportRoute imports = new ImportRoute(engine.images(), facts.engineVersion());
    route(router, HttpMethod.POST, "/images/create", new PullRoute(engine.images(), imports));
    KitBuildRoute kit = new KitBuildRoute(engine.buildKit());
    route(
        router,
        HttpMethod.POST,
        "/build",
        new BuildRoute(engine.builds(), kit, facts.experimental()));
    route(router, HttpMethod.POST, "/build/cancel", kit::cancel);
    RpcRoute rpc = new RpcRoute(engine.buildKit());
    route(router, HttpMethod.POST, "/grpc", rpc::control);
    route(router, HttpMethod.POST, "/session", rpc::session);
    route(router, HttpMethod.GET, "/images/get", new SaveRoute(engine.images()));
    regex(router, HttpMethod.GET, "/images/(?<name>.+)/get", new SaveRoute(engine.images()));
    route(router, HttpMethod.POST, "/images/load", new LoadRoute(engine.images()));
    regex(router, HttpMethod.POST, "/images/(?<name>.+)/push", new PushRoute(engine.images()));
    route(router, HttpMethod.GET, "/events", new EventsRoute(engine.system()));
    route(router, HttpMethod.POST, "/containers/:id/wait", new WaitRoute(engine.containers()));
    route(router, HttpMethod.GET, "/containers/:id/logs", new LogsRoute(engine.containers()));
    route(router, HttpMethod.POST, "/containers/:id/attach", new AttachRoute(engine.containers()));
    AttachSocketRoute sockets = new AttachSocketRoute(engine.containers());
    route(router, HttpMethod.GET, "/containers/:id/attach/ws", sockets);
    route(router, HttpMethod.GET, "/containers/:id/stats", new StatsRoute(engine.containers()));
    route(router, HttpMethod.GET, "/containers/:id/export", new ExportRoute(engine.files()));
    ArchiveRoute archive = new ArchiveRoute(engine.files());
    route(router, HttpMethod.HEAD, "/containers/:id/archive", archive::head);
    route(router, HttpMethod.GET, "/containers/:id/archive", archive::get);
    route(router, HttpMethod.PUT, "/containers/:id/archive", archive::put);
    route(router, HttpMethod.POST, "/exec/:id/start", new ExecStartRoute(engine.execs()));
  }

  private static void route(
      Router router, HttpMethod method, String path, Handler<RoutingContext> handler) {
    serve(router.route(method, path), handler);
  }

  /** For paths with names of images in them, which hold slashes. */
  private static void regex(
      Router router, HttpMethod method, String path, Handler<RoutingContext> handler) {
    serve(router.routeWithRegex(method, path), handler);
  }

  private static void serve(Route route, Handler<RoutingContext> handler) {
    route
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
