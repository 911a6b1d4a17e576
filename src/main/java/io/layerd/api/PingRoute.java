package io.layerd.api;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/** GET and HEAD /_ping, which tell a client what it talks to. */
public final class PingRoute implements Handler<RoutingContext> {
  private PingRoute() {}

  public static void add(Router router) {
    router
        .route("/_ping")
        .method(HttpMethod.GET)
        .method(HttpMethod.HEAD)
        .order(-1000)
        .handler(new PingRoute());
  }

  @Override
  public void handle(RoutingContext routing) {
    HttpServerResponse response =
        routing
            .response()
            .putHeader("Builder-Version", "1")
            .putHeader("Swarm", "inactive")
            .putHeader("Cache-Control", "no-cache, no-store, must-revalidate")
            .putHeader("Pragma", "no-cache")
            .putHeader("Content-Type", "text/plain; charset=utf-8");
    if (routing.request().method().equals(HttpMethod.HEAD)) {
      response.putHeader("Content-Length", "0").end();
    } else {
      response.end("OK");
    }
  }
}
