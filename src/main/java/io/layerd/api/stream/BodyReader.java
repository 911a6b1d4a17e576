package io.layerd.api.stream;

import io.layerd.error.TooLarge;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;

/** Reads a request's body into memory, up to a limit. */
final class BodyReader {
  /** More than any JSON a client sends. */
  static final int LIMIT_BYTES = 16 * 1024 * 1024;

  private BodyReader() {}

  /** Fails with {@link TooLarge} beyond the limit; what comes then is thrown away. */
  static Future<byte[]> read(HttpServerRequest request) {
    Promise<byte[]> promise = Promise.promise();
    Buffer body = Buffer.buffer();
    request.handler(
        piece -> {
          if (body.length() + piece.length() > LIMIT_BYTES) {
            promise.tryFail(new TooLarge("request body is larger than 16 MiB"));
          } else {
            body.appendBuffer(piece);
          }
        });
    request.exceptionHandler(promise::tryFail);
    request.endHandler(_ -> promise.tryComplete(body.getBytes()));
    return promise.future();
  }
}
