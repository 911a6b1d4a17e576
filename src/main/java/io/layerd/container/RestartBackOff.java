package io.layerd.container;

import java.time.Duration;

/** How long a container that ended waits for its restart. Guarded by the container's lock. */
final class RestartBackOff {
  private static final Duration FIRST = Duration.ofMillis(100);
  private static final Duration MOST = Duration.ofMinutes(1);

  /** A run this long proves the container works, so that the next restart is quick again. */
  private static final Duration GOOD_RUN = Duration.ofSeconds(10);

  private Duration next = FIRST;

  /** The wait after a run of this length; doubles with every short run. */
  Duration after(Duration run) {
    if (run.compareTo(GOOD_RUN) >= 0) {
      next = FIRST;
    }
    Duration now = next;
    Duration doubled = next.multipliedBy(2);
    next = doubled.compareTo(MOST) > 0 ? MOST : doubled;
    return now;
  }

  void reset() {
    next = FIRST;
  }
}
