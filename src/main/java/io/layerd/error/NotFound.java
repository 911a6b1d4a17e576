package io.layerd.error;

import org.jspecify.annotations.Nullable;

/** No such object: HTTP 404. */
public final class NotFound extends EngineException {
  private static final long serialVersionUID = 1L;

  public NotFound(String message) {
    super(message, null);
  }

  public NotFound(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
