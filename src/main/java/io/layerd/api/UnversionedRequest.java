package io.layerd.api;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.impl.HttpServerRequestInternal;
import io.vertx.core.http.impl.HttpServerRequestWrapper;
import org.jspecify.annotations.Nullable;

/**
 * A request without the version in its path. Vert.x Web takes only requests of Vert.x's internal
 * type.
 */
final class UnversionedRequest extends HttpServerRequestWrapper {
  private final String path;

  UnversionedRequest(HttpServerRequest request, String path) {
    super((HttpServerRequestInternal) request);
    this.path = path;
  }

  @Override
  public String path() {
    return path;
  }

  @Override
  public String uri() {
    @Nullable String query = query();
    return query == null ? path : path + "?" + query;
  }

  @Override
  public String absoluteURI() {
    return scheme() + "://" + (host() == null ? "docker" : host()) + uri();
  }
}
