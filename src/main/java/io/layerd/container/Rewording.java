package io.layerd.container;

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

/** Says in front of an error what was being done; the kind of error stays. */
final class Rewording {
  private Rewording() {}

  static EngineException prefix(String words, EngineException e) {
    String message = e.getMessage();
    if (message.startsWith(words)) {
      return e;
    }
    String all = words + message;
    return switch (e) {
      case Conflict _ -> new Conflict(all, e);
      case Forbidden _ -> new Forbidden(all, e);
      case InvalidParameter _ -> new InvalidParameter(all, e);
      case NotFound _ -> new NotFound(all, e);
      case NotImplemented _ -> new NotImplemented(all, e);
      case NotModified _ -> new NotModified(all, e);
      case SystemFailure _ -> new SystemFailure(all, e);
      case TooLarge _ -> new TooLarge(all, e);
      case Unauthorized _ -> new Unauthorized(all, e);
      case Unavailable _ -> new Unavailable(all, e);
    };
  }
}
