package io.layerd.error;

import org.jspecify.annotations.Nullable;

/**
 * What went wrong, in the words a user of the Docker CLI reads. One subclass per answer of the
 * Remote API; the API maps the class to a status code in one place and sends the message unchanged.
 *
 * <p>A message is a sentence that names the object (path, reference, container) and, where the user
 * can do something about it, what.
 */
public abstract sealed class EngineException extends RuntimeException
    permits Conflict,
        Forbidden,
        InvalidParameter,
        NotFound,
        NotImplemented,
        NotModified,
        SystemFailure,
        TooLarge,
        Unauthorized,
        Unavailable {
  private static final long serialVersionUID = 1L;

  EngineException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** The message; never absent. */
  @Override
  public String getMessage() {
    String message = super.getMessage();
    return message == null ? getClass().getSimpleName() : message;
  }
}
