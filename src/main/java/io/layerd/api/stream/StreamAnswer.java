package io.layerd.api.stream;

import io.layerd.api.ApiFront;
import io.layerd.api.ErrorAnswer;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.util.function.Function;
import org.jboss.logging.Logger;

/**
 * A chunked answer that is written from another thread. The head goes out with {@link #open} or the
 * first byte; a failure before that is an ordinary error answer. When the client goes, the work is
 * cancelled.
 */
final class StreamAnswer {
  private static final Logger LOG = Logger.getLogger("layerd");

  /** Last words that are none: the connection is broken. */
  private static final byte[] BROKEN = {};

  /** HTTP/2's code for a stream that the server could not bring to its end. */
  private static final long INTERNAL_ERROR = 2;

  private final Context context = Vertx.currentContext();
  private final HttpServerResponse response;
  private final HttpConnection connection;
  private final HttpVersion version;
  private final BlockingOutput output;
  private final String defaultType;
  private volatile boolean opened;

  StreamAnswer(RoutingContext routing, String contentType) {
    this.response = routing.response();
    this.connection = routing.request().connection();
    this.version = routing.request().version();
    this.output = new BlockingOutput(context, response);
    this.defaultType = contentType;
  }

  BlockingOutput output() {
    return output;
  }

  /** Sends the head, once. From any thread. */
  void open(String contentType) {
    if (!opened) {
      opened = true;
      context.runOnContext(_ -> head(contentType));
    }
  }

  /** Sends the head with one more header. From any thread, once, instead of {@link #open}. */
  void open(String contentType, String header, String value) {
    opened = true;
    context.runOnContext(
        _ -> {
          response.putHeader(header, value);
          head(contentType);
        });
  }

  private void head(String contentType) {
    if (!response.ended() && !response.closed()) {
      response.setChunked(true).putHeader("Content-Type", contentType).write(Buffer.buffer());
    }
  }

  void write(byte[]... pieces) throws IOException {
    open(defaultType);
    output.write(pieces);
  }

  void write(byte[] bytes, int offset, int length) throws IOException {
    open(defaultType);
    output.write(bytes, offset, length);
  }

  /** Writes a piece that may as well be lost, if the client is not slow. */
  void offer(byte[] piece) {
    open(defaultType);
    output.offer(piece);
  }

  boolean opened() {
    return opened;
  }

  /**
   * Starts the work and answers with what comes of it.
   *
   * @param lastWords what to send if the work fails after the head was sent
   */
  void run(Uni<?> work, Function<ErrorAnswer, byte[]> lastWords) {
    Cancellable running =
        work.subscribe()
            .with(
                _ -> context.runOnContext(_ -> end()),
                failure -> context.runOnContext(_ -> fail(failure, lastWords)));
    response.closeHandler(
        _ -> {
          output.gone();
          running.cancel();
        });
    response.exceptionHandler(
        _ -> {
          output.gone();
          running.cancel();
        });
  }

  /**
   * Starts work that sends a file: if it fails half-way, the connection is broken, so that no
   * client takes what it got for the whole.
   */
  void runOrBreak(Uni<?> work) {
    run(
        work,
        error -> {
          LOG.warnf("an answer was broken off: %s", error.message());
          return BROKEN;
        });
  }

  private void end() {
    if (!opened) {
      opened = true;
      head(defaultType);
    }
    if (!response.ended() && !response.closed()) {
      response.end();
    }
  }

  private void fail(Throwable failure, Function<ErrorAnswer, byte[]> lastWords) {
    if (response.ended() || response.closed()) {
      return; // nobody is left to be told, and going away is what made it fail
    }
    ErrorAnswer error = ErrorAnswer.of(failure);
    if (!opened) {
      ApiFront.answer(response, error);
      return;
    }
    byte[] words = lastWords.apply(error);
    if (words == BROKEN) {
      breakOff();
      return;
    }
    if (words.length > 0) {
      response.end(Buffer.buffer(words));
    } else {
      response.end();
    }
  }

  /** Without what would end the body. Other requests on a connection of HTTP/2 go on. */
  private void breakOff() {
    if (version == HttpVersion.HTTP_2) {
      response.reset(INTERNAL_ERROR);
    } else {
      connection.close();
    }
  }
}
