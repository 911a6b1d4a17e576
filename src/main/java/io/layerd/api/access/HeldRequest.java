package io.layerd.api.access;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.impl.HttpServerRequestInternal;
import io.vertx.core.http.impl.HttpServerRequestWrapper;
import org.jspecify.annotations.Nullable;

/**
 * A request as it was decided on: with that path and query, with an answer that is watched, and
 * with its body again if that was read.
 */
final class HeldRequest extends HttpServerRequestWrapper {
  private final Context context = Vertx.currentContext();
  private final HttpServerResponse response;
  private final String path;
  private final @Nullable String query;
  private final MultiMap params;
  private final @Nullable Buffer held;
  private @Nullable Handler<Buffer> onPiece;
  private @Nullable Handler<@Nullable Void> onEnd;
  private boolean paused;
  private boolean wasPaused;
  private boolean given;
  private boolean ended;

  /**
   * @param held null if the body was not read
   */
  HeldRequest(
      HttpServerRequest request,
      HttpServerResponse response,
      String path,
      @Nullable String query,
      MultiMap params,
      @Nullable Buffer held) {
    super((HttpServerRequestInternal) request);
    this.response = response;
    this.path = path;
    this.query = query;
    this.params = params;
    this.held = held;
  }

  @Override
  public HttpServerResponse response() {
    return response;
  }

  @Override
  public String path() {
    return path;
  }

  @Override
  public @Nullable String query() {
    return query;
  }

  @Override
  public String uri() {
    return query == null ? path : path + "?" + query;
  }

  @Override
  public String absoluteURI() {
    return scheme() + "://" + (host() == null ? "docker" : host()) + uri();
  }

  @Override
  public MultiMap params(boolean semicolonIsNormalChar) {
    return params;
  }

  @Override
  public HttpServerRequest handler(@Nullable Handler<Buffer> handler) {
    if (held == null) {
      super.handler(handler);
    } else {
      onPiece = handler;
      soon();
    }
    return this;
  }

  @Override
  public HttpServerRequest endHandler(@Nullable Handler<Void> handler) {
    if (held == null) {
      super.endHandler(handler);
    } else {
      onEnd = handler;
      soon();
    }
    return this;
  }

  @Override
  public HttpServerRequest pause() {
    wasPaused = true;
    if (held == null) {
      super.pause();
    } else {
      paused = true;
    }
    return this;
  }

  @Override
  public HttpServerRequest resume() {
    return fetch(Long.MAX_VALUE);
  }

  @Override
  public HttpServerRequest fetch(long amount) {
    if (held == null) {
      super.fetch(amount);
    } else {
      paused = false;
      soon();
    }
    return this;
  }

  /** Whether a route looks after the flow of the body itself. */
  boolean wasPaused() {
    return wasPaused;
  }

  private void soon() {
    context.runOnContext(_ -> give());
  }

  private void give() {
    if (paused || ended || held == null) {
      return;
    }
    if (!given && held.length() > 0) {
      if (onPiece == null) {
        return;
      }
      given = true;
      onPiece.handle(held);
    }
    if (!paused && onEnd != null) {
      ended = true;
      onEnd.handle(null);
    }
  }

  @Override
  public Future<Buffer> body() {
    return held == null ? super.body() : Future.succeededFuture(held);
  }

  @Override
  public Future<Void> end() {
    return held == null ? super.end() : Future.succeededFuture();
  }

  @Override
  public boolean isEnded() {
    return held == null ? super.isEnded() : ended;
  }
}
