package io.layerd.api;

import io.layerd.metrics.Histogram;
import io.layerd.metrics.Label;
import io.layerd.metrics.Metrics;
import io.vertx.core.Handler;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Measures each request until the head of its answer is sent, so that following a log does not
 * count as slow. Connections that are taken over for attach and exec have no such head and are left
 * out.
 */
public final class RequestTimes implements Handler<RoutingContext> {
  static final String FAMILY = "layerd_api_request_seconds";

  private static final int FIRST = -2000;
  private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "PUT", "DELETE");

  /** Most answers take milliseconds, starts and stops up to some seconds. */
  private static final double[] BOUNDS = {0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10};

  private final Metrics metrics;
  private final Map<Route, Histogram> times = new ConcurrentHashMap<>();

  private record Route(String template, String method, int statusClass) {
    // Written out: the compiler's own is interpreted in a native image, a thousand times slower.
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Route that
          && statusClass == that.statusClass
          && template.equals(that.template)
          && method.equals(that.method);
    }

    @Override
    public int hashCode() {
      return template.hashCode() + statusClass;
    }
  }

  RequestTimes(Metrics metrics) {
    this.metrics = metrics;
  }

  /** Puts it before all other routes. */
  public static RequestTimes add(Router router, Metrics metrics) {
    RequestTimes times = new RequestTimes(metrics);
    router.route().order(FIRST).handler(times);
    return times;
  }

  @Override
  public void handle(RoutingContext routing) {
    long start = System.nanoTime();
    int _ =
        routing.addHeadersEndHandler(
            _ ->
                record(
                    routing.request().path(),
                    routing.request().method().name(),
                    routing.response().getStatusCode(),
                    System.nanoTime() - start));
    routing.next();
  }

  void record(String path, String method, int status, long nanos) {
    String known = METHODS.contains(method) ? method : RouteTemplate.OTHER;
    Route route = new Route(RouteTemplate.of(path), known, status / 100);
    Histogram histogram = times.get(route);
    if (histogram == null) {
      histogram = times.computeIfAbsent(route, this::histogram);
    }
    histogram.record(nanos);
  }

  private Histogram histogram(Route route) {
    return metrics.histogram(
        FAMILY,
        "How long requests take until their answer begins",
        BOUNDS,
        new Label("route", route.template()),
        new Label("method", route.method()),
        new Label("status", route.statusClass() + "xx"));
  }
}
