package io.layerd.daemon;

import io.layerd.api.ApiFront;
import io.layerd.api.ErrorAnswer;
import io.layerd.error.Unavailable;
import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Holds requests that come while the engine recovers, so that sockets can be bound before anything
 * is touched, and clients wait rather than fail.
 */
final class Gate implements Handler<HttpServerRequest> {
  private record Held(Context context, HttpServerRequest request) {}

  private final List<Held> held = new ArrayList<>();
  private volatile @Nullable Handler<HttpServerRequest> behind;

  @Override
  public void handle(HttpServerRequest request) {
    Handler<HttpServerRequest> open = behind;
    if (open == null) {
      open = hold(request);
    }
    if (open != null) {
      open.handle(request);
    }
  }

  private synchronized @Nullable Handler<HttpServerRequest> hold(HttpServerRequest request) {
    if (behind == null) {
      request.pause();
      held.add(new Held(Vertx.currentContext(), request));
    }
    return behind;
  }

  /** The daemon ends: nobody is let in any more, those who are inside go on. */
  void shut() {
    behind =
        request ->
            ApiFront.answer(
                request.response(), ErrorAnswer.of(new Unavailable("the daemon is shutting down")));
  }

  /** Lets everyone in, those who wait first. */
  synchronized void open(Handler<HttpServerRequest> handler) {
    behind = handler;
    for (Held one : held) {
      one.context()
          .runOnContext(
              _ -> {
                handler.handle(one.request());
                one.request().resume();
              });
    }
    held.clear();
  }
}
