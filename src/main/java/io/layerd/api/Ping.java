package io.layerd.api;

import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;

/**
 * GET and HEAD /_ping, which tell a client what it talks to. Every client begins with it and
 * watchdogs ask nothing else, so it is answered before the routes, which take longer to try than
 * this answer takes to write.
 */
public final class Ping implements Handler<HttpServerRequest> {
  private static final String PATH = "/_ping";

  /** Names and values in turns; encoded once, which is most of the work of a header. */
  private static final CharSequence[] HEADERS = {
    text("Builder-Version"), text("2"),
    text("Swarm"), text("inactive"),
    text("Cache-Control"), text("no-cache, no-store, must-revalidate"),
    text("Pragma"), text("no-cache"),
    text("Content-Type"), text("text/plain; charset=utf-8")
  };

  private static final CharSequence CONTENT_LENGTH = text("Content-Length");
  private static final CharSequence NOTHING = text("0");

  private final Handler<HttpServerRequest> routes;
  private final RequestTimes times;

  /**
   * @param routes what serves everything else
   */
  public Ping(Handler<HttpServerRequest> routes, RequestTimes times) {
    this.routes = routes;
    this.times = times;
  }

  private static CharSequence text(String text) {
    return HttpHeaders.createOptimized(text);
  }

  @Override
  public void handle(HttpServerRequest request) {
    HttpMethod method = request.method();
    boolean head = method.equals(HttpMethod.HEAD);
    if (!PATH.equals(request.path()) || !(head || method.equals(HttpMethod.GET))) {
      routes.handle(request);
      return;
    }
    long start = System.nanoTime();
    HttpServerResponse response = request.response();
    MultiMap headers = response.headers();
    for (int i = 0; i < HEADERS.length; i += 2) {
      headers.set(HEADERS[i], HEADERS[i + 1]);
    }
    times.record(PATH, method.name(), response.getStatusCode(), System.nanoTime() - start);
    if (head) {
      headers.set(CONTENT_LENGTH, NOTHING);
      response.end();
    } else {
      response.end("OK");
    }
  }
}
