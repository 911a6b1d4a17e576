package io.layerd.error;

import org.jspecify.annotations.Nullable;

/** A body or value above a fixed limit: HTTP 413. */
public final class TooLarge extends EngineException {
  private static final long serialVersionUID = 1L;

  public TooLarge(String message) {
    super(message, null);
  }

  public TooLarge(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
