package io.layerd.api.model;

import io.layerd.container.GoTime;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Small conversions that several records need. */
final class Json {
  private Json() {}

  /** Go prints an empty slice that was never made as null. */
  static <T> @Nullable List<T> nullIfEmpty(List<T> list) {
    return list.isEmpty() ? null : list;
  }

  static String time(Instant time) {
    return new GoTime(time).toString();
  }
}
