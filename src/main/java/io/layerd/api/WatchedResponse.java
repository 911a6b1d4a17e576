package io.layerd.api;

import io.quarkus.vertx.http.runtime.filters.AbstractResponseWrapper;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerResponse;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** An answer that somebody wants to know the status of, once, as soon as its head is sent. */
public class WatchedResponse extends AbstractResponseWrapper {
  private final HttpServerResponse response;
  private @Nullable IntConsumer onStatus;
  private @Nullable Handler<Void> onHead;
  private @Nullable Handler<Void> onClose;

  /**
   * @param onStatus told the status; 0 if the client went before there was any
   */
  public WatchedResponse(HttpServerResponse response, IntConsumer onStatus) {
    super(response);
    this.response = response;
    this.onStatus = onStatus;
    response.headersEndHandler(this::headEnds);
    response.closeHandler(this::closed);
  }

  private void headEnds(@Nullable Void nothing) {
    if (onHead != null) {
      onHead.handle(nothing); // may still set the status
    }
    lastOfHead();
    status(response.getStatusCode());
  }

  private void closed(@Nullable Void nothing) {
    status(0);
    if (onClose != null) {
      onClose.handle(nothing);
    }
  }

  /** The last chance to change the head. */
  protected void lastOfHead() {}

  /** To be told by who writes a head around the response: the connection was taken over. */
  public final void status(int status) {
    IntConsumer told = onStatus;
    onStatus = null;
    if (told != null) {
      told.accept(status);
    }
  }

  @Override
  public HttpServerResponse headersEndHandler(Handler<Void> handler) {
    onHead = handler;
    return this;
  }

  @Override
  public HttpServerResponse closeHandler(Handler<Void> handler) {
    onClose = handler;
    return this;
  }
}
