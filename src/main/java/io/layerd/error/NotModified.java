package io.layerd.error;

import org.jspecify.annotations.Nullable;

/** Nothing to do, the object is already in that state: HTTP 304. */
public final class NotModified extends EngineException {
  private static final long serialVersionUID = 1L;

  public NotModified(String message) {
    super(message, null);
  }

  public NotModified(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
