package io.layerd.api.access;

import io.layerd.api.ApiFront;
import io.layerd.api.ErrorAnswer;
import io.layerd.api.WatchedResponse;
import io.layerd.api.stream.AllowedImages;
import io.layerd.api.stream.BodyReader;
import io.layerd.authorization.Caller;
import io.layerd.error.Forbidden;
import io.layerd.error.InvalidParameter;
import io.layerd.error.NotFound;
import io.layerd.error.TooLarge;
import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** One request at the door, on its event loop. */
final class Visit {
  private static final Logger LOG = Logger.getLogger("layerd");

  private final Context context = Vertx.currentContext();
  private final HttpServerRequest request;
  private final Handler<HttpServerRequest> next;
  private final Caller caller;
  private final Trace trace;
  private final @Nullable PolicyCheck policy;
  private final @Nullable PluginVisit plugins;
  private @Nullable Buffer body;

  Visit(
      HttpServerRequest request,
      Handler<HttpServerRequest> next,
      Caller caller,
      Trace trace,
      @Nullable PolicyCheck policy,
      @Nullable PluginVisit plugins) {
    this.request = request;
    this.next = next;
    this.caller = caller;
    this.trace = trace;
    this.policy = policy;
    this.plugins = plugins;
  }

  void begin() {
    boolean wanted =
        (policy != null && policy.needsBody(trace.key()))
            || (plugins != null && plugins.wantsBody(request));
    if (!wanted) {
      request.pause();
      decide(new byte[0]);
      return;
    }
    BodyReader.read(request)
        .onSuccess(
            bytes -> {
              request.headers().remove("Expect"); // it was sent
              body = Buffer.buffer(bytes);
              decide(bytes);
            })
        .onFailure(this::refuse);
  }

  private void decide(byte[] bytes) {
    Ask ask;
    try {
      ask = Ask.of(request, bytes);
    } catch (Forbidden e) {
      refuse(e);
      return;
    }
    if (policy == null) {
      askPlugins(ask);
      return;
    }
    policy
        .check(ask)
        .subscribe()
        .with(
            allowed ->
                context.runOnContext(
                    _ -> {
                      trace.allowedBy(allowed.rule().name());
                      AllowedImages.note(request, allowed.rule().images());
                      askPlugins(allowed.ask());
                    }),
            failure -> context.runOnContext(_ -> refuse(failure)));
  }

  private void askPlugins(Ask ask) {
    if (plugins == null) {
      serve(ask);
      return;
    }
    plugins
        .request(request, caller, body)
        .onComplete(
            done ->
                context.runOnContext(
                    _ -> {
                      if (done.succeeded()) {
                        serve(ask);
                      } else {
                        answer(ErrorAnswer.of(done.cause()), done.cause().getMessage());
                      }
                    }));
  }

  private void serve(Ask ask) {
    try {
      WatchedResponse watched = trace.watch(request.response());
      HttpServerResponse response = watched;
      if (plugins != null) {
        response = plugins.withhold(watched);
      }
      MultiMap params = ask.params();
      boolean asSent = params == request.params();
      HeldRequest held =
          new HeldRequest(
              request,
              response,
              io.layerd.api.PathText.joinName(io.layerd.api.PathText.encode(ask.path())),
              asSent ? request.query() : ask.query(),
              params,
              body);
      next.handle(held);
      if (body == null && !held.wasPaused()) {
        request.resume();
      }
    } catch (RuntimeException e) {
      refuse(e);
    }
  }

  /** Only what the caller may know anyway, and what is wrong with the request, is told as it is. */
  private void refuse(Throwable failure) {
    switch (failure) {
      case NotFound _, InvalidParameter _, TooLarge _ ->
          answer(ErrorAnswer.of(failure), failure.getMessage());
      case Forbidden e ->
          answer(
              new ErrorAnswer(403, "authorization denied by policy: " + e.getMessage()),
              e.getMessage());
      default -> {
        LOG.errorf(failure, "a request could not be decided on");
        answer(
            new ErrorAnswer(
                403, "authorization denied by policy: the request cannot be decided on"),
            String.valueOf(failure.getMessage()));
      }
    }
  }

  private void answer(ErrorAnswer answer, @Nullable String reason) {
    trace.denied(answer.status(), reason == null ? "" : reason);
    if (!request.isEnded()) {
      request.handler(_ -> {});
      request.resume(); // what was meant to be sent passes
    }
    ApiFront.answer(request.response(), answer);
  }
}
