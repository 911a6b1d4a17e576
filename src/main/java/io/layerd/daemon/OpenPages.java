package io.layerd.daemon;

import io.layerd.metrics.EngineMetrics;
import io.layerd.metrics.Metrics;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Health and metrics on addresses of their own, for those who have no certificate. They are served
 * before the daemon has recovered, and nothing of the API can be reached there: what is not one of
 * a few paths, to the letter, is not found.
 */
final class OpenPages implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger("layerd");
  private static final int IDLE_SECONDS = 60;
  private static final int STOP_SECONDS = 5;
  private static final List<String> HEALTH_PATHS =
      List.of("/q/health", "/q/health/live", "/q/health/ready", "/q/health/started");
  private static final String METRICS_PATH = "/metrics";

  private final Vertx vertx;
  private final List<HttpServer> servers = new ArrayList<>();

  private OpenPages(Vertx vertx) {
    this.vertx = vertx;
  }

  /** The pages of one address, by path, and what they are called when they cannot be served. */
  private record Site(String name, Map<String, Handler<HttpServerRequest>> pages) {}

  /**
   * Serves what the configuration asks for; nothing if it asks for nothing.
   *
   * @param router answers the health paths
   * @throws StartupFailure in the words dockerd has for its metrics
   */
  static OpenPages serve(DaemonConfig config, Vertx vertx, Handler<HttpServerRequest> router) {
    OpenPages open = new OpenPages(vertx);
    Map<HostAddress.Tcp, Site> sites = new LinkedHashMap<>();
    put(sites, "metrics", config.metricsAddress(), Map.of(METRICS_PATH, open::metrics));
    Map<String, Handler<HttpServerRequest>> health = new HashMap<>();
    HEALTH_PATHS.forEach(path -> health.put(path, router));
    put(sites, "health", config.healthAddress(), health);
    try {
      sites.forEach((address, site) -> open.listen(config, address, site));
    } catch (StartupFailure e) {
      open.close();
      throw e;
    }
    return open;
  }

  private static void put(
      Map<HostAddress.Tcp, Site> sites,
      String name,
      @Nullable String address,
      Map<String, Handler<HttpServerRequest>> pages) {
    if (address == null) {
      return;
    }
    sites.merge(
        address(name, address),
        new Site(name, pages),
        (first, second) -> {
          Map<String, Handler<HttpServerRequest>> both = new HashMap<>(first.pages());
          both.putAll(second.pages());
          return new Site(first.name() + " and " + second.name(), both);
        });
  }

  private static HostAddress.Tcp address(String name, String text) {
    int colon = text.lastIndexOf(':');
    if (colon < 0 || text.indexOf(']') > colon) {
      throw failure(
          name, "error parsing tcp address: address " + text + ": missing port in address", null);
    }
    String host = text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    } else if (host.contains(":")) {
      throw failure(
          name,
          "error parsing tcp address: address " + text + ": too many colons in address",
          null);
    }
    if (host.isEmpty()) {
      throw failure(name, "failed to lookup  address in host specification", null);
    }
    String port = text.substring(colon + 1);
    if (!port.matches("\\d{1,5}") || Integer.parseInt(port) > 65535) {
      throw failure(name, "listen tcp: address " + port + ": invalid port", null);
    }
    return new HostAddress.Tcp(host, Integer.parseInt(port));
  }

  private void listen(DaemonConfig config, HostAddress.Tcp address, Site site) {
    // Vert.x would take two servers on one address for one, and hand connections to either
    if (config.hosts().contains(address)) {
      throw failure(
          site.name(), "listen tcp " + address + ": bind: address already in use by -H", null);
    }
    HttpServerOptions options =
        new HttpServerOptions().setHttp2ClearTextEnabled(false).setIdleTimeout(IDLE_SECONDS);
    HttpServer server =
        vertx.createHttpServer(options).requestHandler(request -> route(site.pages(), request));
    try {
      server
          .listen(address.port(), address.host())
          .toCompletionStage()
          .toCompletableFuture()
          .join();
    } catch (CompletionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw failure(site.name(), "listen tcp " + address + ": " + Listeners.reason(cause), cause);
    }
    servers.add(server);
    HostAddress.Tcp bound = new HostAddress.Tcp(address.host(), server.actualPort());
    LOG.infof("%s listen on %s", site.name(), bound);
  }

  private static void route(
      Map<String, Handler<HttpServerRequest>> pages, HttpServerRequest request) {
    Handler<HttpServerRequest> page = request.path() == null ? null : pages.get(request.path());
    if (page == null) {
      plain(request.response().setStatusCode(404), "404 page not found\n");
      return;
    }
    switch (request.method().name()) {
      case "GET", "HEAD" -> page.handle(request);
      default ->
          plain(
              request.response().setStatusCode(405).putHeader("Allow", "GET, HEAD"),
              "405 method not allowed\n");
    }
  }

  private static void plain(HttpServerResponse response, String text) {
    response
        .putHeader("Content-Type", "text/plain; charset=utf-8")
        .putHeader("X-Content-Type-Options", "nosniff")
        .end(text);
  }

  private void metrics(HttpServerRequest request) {
    HttpServerResponse response = request.response();
    // gauges read files: off the event loop
    vertx
        .executeBlocking(EngineMetrics.ALL::text, false)
        .onSuccess(text -> response.putHeader("Content-Type", Metrics.MEDIA_TYPE).end(text))
        .onFailure(
            failure -> {
              LOG.warn("metrics", failure);
              plain(response.setStatusCode(500), "metrics cannot be read: see the daemon's log\n");
            });
  }

  private static StartupFailure failure(String name, String reason, @Nullable Throwable cause) {
    return new StartupFailure("failed to start " + name + " server: " + reason, cause);
  }

  /** Stops listening. */
  @Override
  public void close() {
    for (HttpServer server : servers) {
      try {
        server
            .close()
            .toCompletionStage()
            .toCompletableFuture()
            .get(STOP_SECONDS, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
        LOG.warnf("a listener for health or metrics did not close: %s", e.getMessage());
      }
    }
    servers.clear();
  }
}
