package io.layerd.container;

import io.layerd.error.InvalidParameter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What {@code docker wait} waits for. */
public enum WaitCondition {
  NOT_RUNNING,
  NEXT_EXIT,
  REMOVED;

  /** From the API's {@code condition}; null or empty is {@code not-running}. */
  public static WaitCondition parse(@Nullable String text) {
    if (text == null || text.isEmpty()) {
      return NOT_RUNNING;
    }
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "not-running" -> NOT_RUNNING;
      case "next-exit" -> NEXT_EXIT;
      case "removed" -> REMOVED;
      default -> throw new InvalidParameter("invalid condition: \"" + text + "\"");
    };
  }
}
