package io.layerd.error;

import org.jspecify.annotations.Nullable;

/** Something outside this host does not answer, or the daemon is not ready: HTTP 503. */
public final class Unavailable extends EngineException {
  private static final long serialVersionUID = 1L;

  public Unavailable(String message) {
    super(message, null);
  }

  public Unavailable(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
