package io.layerd.error;

import org.jspecify.annotations.Nullable;

/** A registry refused the credentials, or wants some: HTTP 401. */
public final class Unauthorized extends EngineException {
  private static final long serialVersionUID = 1L;

  public Unauthorized(String message) {
    super(message, null);
  }

  public Unauthorized(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
