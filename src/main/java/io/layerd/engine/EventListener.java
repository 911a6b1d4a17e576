package io.layerd.engine;

import io.layerd.engine.SystemCommands.EventQuery;
import io.layerd.engine.SystemCommands.EventSink;
import io.layerd.error.Unavailable;
import io.layerd.events.Event;
import io.layerd.events.EventLog;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One client's events. They are written by a virtual thread that lives only while there are some: a
 * client that hears of nothing costs no stack. What a slow client has not read yet waits in a
 * bounded queue.
 */
final class EventListener {
  /** A client this far behind is dropped rather than kept in memory. */
  private static final int MOST_BEHIND = 4096;

  private static final long FOREVER_SECONDS = TimeUnit.DAYS.toSeconds(36_500);

  private final EventLog log;
  private final EventQuery query;
  private final EventFilter filter;
  private final EventSink sink;
  private final Consumer<@Nullable Throwable> result;

  // all of it guarded by this
  private @Nullable Queue<Event> waiting;
  private @Nullable Thread writer;
  private @Nullable Runnable unsubscribe;
  private @Nullable CompletableFuture<?> deadline;
  private boolean last;
  private boolean tooSlow;
  private boolean over;

  /**
   * @param result told once: null at {@code until}, or why there are no more events
   */
  EventListener(
      EventLog log, EventQuery query, EventSink sink, Consumer<@Nullable Throwable> result) {
    this.log = log;
    this.query = query;
    this.filter = new EventFilter(query.filters());
    this.sink = sink;
    this.result = result;
  }

  synchronized void begin() {
    if (!over) {
      write(this::past);
    }
  }

  private void write(Work work) {
    Thread thread =
        Thread.ofVirtual()
            .name("events")
            .inheritInheritableThreadLocals(false)
            .unstarted(() -> run(work));
    writer = thread;
    thread.start();
  }

  /** What a writer does; whatever it throws ends the stream. */
  private interface Work {
    void run() throws IOException;
  }

  private void run(Work work) {
    try {
      work.run();
    } catch (Throwable e) {
      boolean slow;
      synchronized (this) {
        slow = tooSlow;
      }
      finish(slow ? tooSlow() : e);
    }
  }

  private void past() throws IOException {
    EventLog.Subscription subscription = log.subscribe(this::accept);
    synchronized (this) {
      if (over) {
        subscription.close();
        return;
      }
      unsubscribe = subscription.cancel();
    }
    sink.open(); // whoever sees the head misses nothing that happens from then on
    if (query.since() != null || query.until() != null) {
      for (Event event : subscription.past()) {
        if (filter.matches(event) && inside(event.time())) {
          sink.write(event);
        }
      }
    }
    awaitEnd();
    drain();
  }

  private boolean inside(Instant time) {
    Instant since = query.since();
    return (since == null || !time.isBefore(since)) && !late(time);
  }

  private boolean late(Instant time) {
    return query.until() != null && time.isAfter(query.until());
  }

  private void awaitEnd() {
    if (query.until() == null) {
      return;
    }
    Duration left = Duration.between(Instant.now(), query.until());
    if (left.getSeconds() >= FOREVER_SECONDS) {
      return;
    }
    CompletableFuture<@Nullable Void> end = new CompletableFuture<>();
    synchronized (this) {
      deadline = end;
    }
    var _ = end.thenRun(this::untilReached);
    if (left.isPositive()) {
      end.completeOnTimeout(null, left.toMillis() + 1, TimeUnit.MILLISECONDS);
    } else {
      end.complete(null);
    }
  }

  private void untilReached() {
    synchronized (this) {
      last = true;
      if (writer != null) {
        return; // which writes what came before
      }
    }
    finish(null);
  }

  /** From whoever publishes: never waits. */
  private synchronized void accept(Event event) {
    if (over || tooSlow || late(event.time()) || !filter.matches(event)) {
      return;
    }
    if (waiting == null) {
      waiting = new ArrayDeque<>(1);
    }
    if (waiting.size() >= MOST_BEHIND) {
      tooSlow = true;
      if (writer != null) {
        writer.interrupt(); // it may wait for a client that reads nothing at all
      }
      return;
    }
    waiting.add(event);
    if (writer == null) {
      write(this::drain);
    }
  }

  private void drain() throws IOException {
    while (true) {
      Event event;
      synchronized (this) {
        if (over) {
          return;
        }
        if (tooSlow) {
          break;
        }
        event = waiting == null ? null : waiting.poll();
        if (event == null) {
          writer = null;
          waiting = null;
          if (!last) {
            return;
          }
        }
      }
      if (event == null) {
        finish(null);
        return;
      }
      sink.write(event);
    }
    finish(tooSlow());
  }

  private static Unavailable tooSlow() {
    return new Unavailable("a client reads events too slowly and is disconnected");
  }

  private void finish(@Nullable Throwable failure) {
    end();
    result.accept(failure);
  }

  /** No events any more; a writer that waits for the client is woken. */
  void end() {
    Runnable leave;
    synchronized (this) {
      over = true;
      waiting = null;
      leave = unsubscribe;
      unsubscribe = null;
      if (writer != null && writer != Thread.currentThread()) {
        writer.interrupt();
      }
      if (deadline != null) {
        deadline.cancel(false);
      }
    }
    if (leave != null) {
      leave.run();
    }
  }
}
