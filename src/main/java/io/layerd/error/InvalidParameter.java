package io.layerd.error;

import org.jspecify.annotations.Nullable;

/** The request, or what it carries, is malformed: HTTP 400. */
public final class InvalidParameter extends EngineException {
  private static final long serialVersionUID = 1L;

  public InvalidParameter(String message) {
    super(message, null);
  }

  public InvalidParameter(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
