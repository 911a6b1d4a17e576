package io.layerd.error;

import org.jspecify.annotations.Nullable;

/** Understood and refused: HTTP 403. */
public final class Forbidden extends EngineException {
  private static final long serialVersionUID = 1L;

  public Forbidden(String message) {
    super(message, null);
  }

  public Forbidden(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
