package io.layerd.api.stream;

import io.layerd.api.JsonBody;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;

/** Reads a request's body into memory, up to a limit. */
public final class BodyReader {
  private BodyReader() {}

  /** Fails with 413 beyond the limit; what comes then is thrown away. */
  public static Future<byte[]> read(HttpServerRequest request) {
    Promise<byte[]> promise = Promise.promise();
    Buffer body = Buffer.buffer();
    request.handler(
        piece -> {
          if (body.length() + piece.length() > JsonBody.LIMIT_BYTES) {
            promise.tryFail(JsonBody.tooLarge());
          } else {
            body.appendBuffer(piece);
          }
        });
    if ("100-continue".equalsIgnoreCase(request.getHeader("Expect"))) {
      request.response().writeContinue();
    }
    request.exceptionHandler(promise::tryFail);
    request.endHandler(_ -> promise.tryComplete(body.getBytes()));
    return promise.future();
  }
}
