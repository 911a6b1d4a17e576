package io.layerd.error;

import org.jspecify.annotations.Nullable;

/** A part of the API that layerd does not offer yet: HTTP 501. */
public final class NotImplemented extends EngineException {
  private static final long serialVersionUID = 1L;

  public NotImplemented(String message) {
    super(message, null);
  }

  public NotImplemented(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
