package io.layerd.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.layerd.error.Conflict;
import io.layerd.error.EngineException;
import io.layerd.error.Forbidden;
import io.layerd.error.InvalidParameter;
import io.layerd.error.NotFound;
import io.layerd.error.NotImplemented;
import io.layerd.error.NotModified;
import io.layerd.error.SystemFailure;
import io.layerd.error.TooLarge;
import io.layerd.error.Unauthorized;
import io.layerd.error.Unavailable;
import io.layerd.spec.SpecJson;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.jboss.logging.Logger;

/** The one place where a failure becomes a status code and a body. */
public record ErrorAnswer(int status, String message) {
  private static final Logger LOG = Logger.getLogger("layerd");

  /** What an unknown path, or a known one with another method, is answered with. */
  static final ErrorAnswer PAGE_NOT_FOUND = new ErrorAnswer(404, "page not found");

  /** The answer to a failure; what nobody foresaw is logged with its trace. */
  public static ErrorAnswer of(Throwable failure) {
    return switch (failure) {
      case EngineException e -> new ErrorAnswer(status(e), worded(e.getMessage()));
      case CompletionException e when e.getCause() != null -> of(e.getCause());
      default -> {
        LOG.errorf(failure, "the request failed in an unforeseen way");
        String message = failure.getMessage();
        yield new ErrorAnswer(500, message == null ? failure.getClass().getSimpleName() : message);
      }
    };
  }

  // Java's own classes for files tell reasons with the C library's capitals.
  private static String worded(String message) {
    return message
        .replace("No space left on device", "no space left on device")
        .replace("Read-only file system", "read-only file system")
        .replace("Input/output error", "input/output error");
  }

  private static int status(EngineException failure) {
    return switch (failure) {
      case InvalidParameter _ -> 400;
      case Forbidden _ -> 403;
      case NotFound _ -> 404;
      case Conflict _ -> 409;
      case TooLarge _ -> 413;
      case NotModified _ -> 304;
      case NotImplemented _ -> 501;
      case Unavailable _ -> 503;
      case Unauthorized _ -> 401;
      case SystemFailure _ -> 500;
    };
  }

  /** {@code {"message": ...}} and a line feed, as Go's encoder ends it. */
  public byte[] body() {
    return json(Map.of("message", message));
  }

  /** A value as a line of JSON. */
  public static byte[] json(Object value) {
    try {
      return (SpecJson.MAPPER.writeValueAsString(value) + "\n").getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new SystemFailure("cannot write JSON: " + e.getOriginalMessage(), e);
    }
  }
}
