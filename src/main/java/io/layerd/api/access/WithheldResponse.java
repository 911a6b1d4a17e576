package io.layerd.api.access;

import io.layerd.api.ErrorAnswer;
import io.layerd.api.WatchedResponse;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;

/**
 * An answer that plugins see first. What is written in pieces is on its way at once, as with
 * dockerd; the plugins are told when it ends, and an objection comes behind it.
 */
final class WithheldResponse extends WatchedResponse {
  private final WatchedResponse response;
  private final Context context;
  private final PluginVisit plugins;
  private boolean ending;
  private int refusal;

  WithheldResponse(WatchedResponse response, Context context, PluginVisit plugins) {
    super(response, response::status);
    this.response = response;
    this.context = context;
    this.plugins = plugins;
  }

  /** Resources write their head when it ends, once more. */
  @Override
  protected void lastOfHead() {
    if (refusal != 0) {
      response.setStatusCode(refusal);
    }
  }

  @Override
  public Future<Void> end() {
    return finish(null);
  }

  @Override
  public Future<Void> end(String text) {
    return finish(Buffer.buffer(text));
  }

  @Override
  public Future<Void> end(String text, String charset) {
    return finish(Buffer.buffer(text, charset));
  }

  @Override
  public Future<Void> end(Buffer body) {
    return finish(body);
  }

  @Override
  public void end(@Nullable Handler<AsyncResult<Void>> handler) {
    tell(finish(null), handler);
  }

  @Override
  public void end(String text, @Nullable Handler<AsyncResult<Void>> handler) {
    tell(finish(Buffer.buffer(text)), handler);
  }

  @Override
  public void end(Buffer body, @Nullable Handler<AsyncResult<Void>> handler) {
    tell(finish(body), handler);
  }

  /** Callers of the older kind may want to know nothing. */
  private static void tell(Future<Void> done, @Nullable Handler<AsyncResult<Void>> handler) {
    if (handler != null) {
      done.onComplete(handler);
    }
  }

  @Override
  public Future<Void> send() {
    return finish(null);
  }

  @Override
  public Future<Void> send(String text) {
    return finish(Buffer.buffer(text));
  }

  @Override
  public Future<Void> send(Buffer body) {
    return finish(body);
  }

  @Override
  public boolean ended() {
    return ending || response.ended();
  }

  private Future<Void> finish(@Nullable Buffer body) {
    if (ending) {
      return Future.failedFuture(new IllegalStateException("Response has already been written"));
    }
    ending = true;
    boolean begun = response.headWritten();
    Promise<Void> done = Promise.promise();
    plugins
        .response(response.getStatusCode(), begun ? null : response.headers(), begun ? null : body)
        .onComplete(
            asked ->
                context.runOnContext(
                    _ -> {
                      Future<Void> sent =
                          asked.succeeded()
                              ? pass(body)
                              : refuse(begun, ErrorAnswer.of(asked.cause()));
                      sent.onComplete(done);
                    }));
    return done.future();
  }

  private Future<Void> pass(@Nullable Buffer body) {
    if (response.closed()) {
      return Future.failedFuture(new IllegalStateException("the client has gone"));
    }
    return body == null ? response.end() : response.end(body);
  }

  private Future<Void> refuse(boolean begun, ErrorAnswer answer) {
    if (!begun) {
      refusal = answer.status();
      response.headers().remove("Content-Length");
      response.setStatusCode(answer.status()).putHeader("Content-Type", "application/json");
    }
    return pass(Buffer.buffer(answer.body()));
  }
}
