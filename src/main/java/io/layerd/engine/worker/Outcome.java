package io.layerd.engine.worker;

import org.jspecify.annotations.Nullable;

/** How a task ended: the reply of a lane. */
sealed interface Outcome {
  record Done(@Nullable Object value) implements Outcome {}

  record Failed(Throwable cause) implements Outcome {}
}
