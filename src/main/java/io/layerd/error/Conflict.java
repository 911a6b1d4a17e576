package io.layerd.error;

import org.jspecify.annotations.Nullable;

/** The object is in a state that does not allow this: HTTP 409. */
public final class Conflict extends EngineException {
  private static final long serialVersionUID = 1L;

  public Conflict(String message) {
    super(message, null);
  }

  public Conflict(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
