package io.layerd.api;

import io.layerd.error.EngineException;
import io.layerd.error.NotFound;
import io.layerd.error.NotImplemented;
import io.layerd.error.Unavailable;
import io.vertx.ext.web.Router;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Parts of the API that layerd does not offer, each refused with a sentence instead of a bare 404.
 */
public final class RefusedRoutes {
  private static final int LAST = Integer.MAX_VALUE;

  private RefusedRoutes() {}

  /** Plugins are listed by clients that only want to know: there are none. */
  private static void plugins(Router router) {
    router
        .get("/plugins")
        .order(-1000)
        .handler(
            routing ->
                routing.response().putHeader("Content-Type", "application/json").end("[]\n"));
    router
        .get("/plugins/:name/json")
        .order(-1000)
        .handler(
            routing ->
                ApiFront.answer(
                    routing.response(),
                    ErrorAnswer.of(
                        new NotFound("plugin \"" + routing.pathParam("name") + "\" not found"))));
  }

  /** Adds them, and the answer to every path nobody knows. Call after all other routes. */
  public static void add(Router router, boolean experimental) {
    plugins(router);
    missing()
        .forEach(
            (path, what) ->
                refuse(
                    router,
                    path,
                    () -> new NotImplemented("layerd does not offer " + what + " yet")));
    if (!experimental) {
      refuse(
          router,
          "/containers/[^/]+/checkpoints(/.*)?",
          () ->
              new NotImplemented(
                  "This experimental feature is disabled by default. Start the Docker daemon in"
                      + " experimental mode in order to enable it."));
    }
    for (String path : new String[] {"swarm", "nodes", "services", "tasks", "secrets", "configs"}) {
      refuse(
          router,
          "/" + path + "(/.*)?",
          () ->
              new Unavailable(
                  "This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm"
                      + " join\" to connect this node to swarm and try again."));
    }
    router.route().order(LAST).handler(routing -> ApiFront.notFound(routing.response()));
  }

  private static Map<String, String> missing() {
    Map<String, String> missing = new LinkedHashMap<>();
    missing.put("/swarm/(init|join)", "swarm mode");
    missing.put("/plugins(/.*)?", "plugins");
    return missing;
  }

  private static void refuse(Router router, String path, Supplier<EngineException> failure) {
    router
        .routeWithRegex(path)
        .order(-900)
        .handler(routing -> ApiFront.answer(routing.response(), ErrorAnswer.of(failure.get())));
  }
}
