package io.layerd.daemon;

import org.jspecify.annotations.Nullable;

/**
 * Why the daemon does not start, in one sentence; it goes to standard error and the exit code is 1.
 */
final class StartupFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  StartupFailure(String message) {
    this(message, null);
  }

  StartupFailure(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  String sentence() {
    String message = getMessage();
    return message == null ? "the daemon did not start" : message;
  }
}
