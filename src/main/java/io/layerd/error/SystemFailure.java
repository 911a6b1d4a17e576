package io.layerd.error;

import org.jspecify.annotations.Nullable;

/** The host or a program layerd relies on failed: HTTP 500. */
public final class SystemFailure extends EngineException {
  private static final long serialVersionUID = 1L;

  public SystemFailure(String message) {
    super(message, null);
  }

  public SystemFailure(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
