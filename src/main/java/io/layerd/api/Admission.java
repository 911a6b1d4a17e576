package io.layerd.api;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;

/** Decides of each request, before any route sees it, whether it goes on. */
public interface Admission {
  /** Lets everybody in. */
  Admission OPEN = (request, _, next) -> next.handle(request);

  /**
   * Hands the request on, itself or as it may be served, on its event loop; or answers it.
   *
   * @param request with the path that routes are chosen by: decoded, clean, without version
   * @param uri as the client sent it
   */
  void admit(HttpServerRequest request, String uri, Handler<HttpServerRequest> next);
}
