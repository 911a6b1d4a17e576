package io.layerd.engine;

import io.layerd.engine.SystemCommands.EventQuery;
import io.layerd.engine.SystemCommands.EventSink;
import io.layerd.error.Unavailable;
import io.layerd.events.Event;
import io.layerd.events.EventLog;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** One client's events: recorded ones, then new ones through a bounded queue of its own. */
final class EventStream {
  /** A client this far behind is dropped rather than kept in memory. */
  private static final int MOST_BEHIND = 4096;

  private final EventLog log;

  EventStream(EventLog log) {
    this.log = log;
  }

  void run(EventQuery query, EventSink sink) throws IOException, InterruptedException {
    EventFilter filter = new EventFilter(query.filters());
    BlockingQueue<Event> queue = new LinkedBlockingQueue<>(MOST_BEHIND);
    Overflow overflow = new Overflow(Thread.currentThread());
    sink.open();
    try (EventLog.Subscription subscription =
        log.subscribe(
            event -> {
              if (filter.matches(event) && !queue.offer(event)) {
                overflow.happened();
              }
            })) {
      if (query.since() != null || query.until() != null) {
        for (Event event : subscription.past()) {
          if (filter.matches(event) && inside(event.time(), query)) {
            sink.write(event);
          }
        }
      }
      live(query, sink, queue, overflow);
    } catch (IOException | InterruptedException e) {
      if (overflow.seen) {
        throw tooSlow();
      }
      throw e;
    }
  }

  private static boolean inside(Instant time, EventQuery query) {
    Instant since = query.since();
    Instant until = query.until();
    return (since == null || !time.isBefore(since)) && (until == null || !time.isAfter(until));
  }

  private static void live(
      EventQuery query, EventSink sink, BlockingQueue<Event> queue, Overflow overflow)
      throws IOException, InterruptedException {
    Instant until = query.until();
    while (true) {
      Event event;
      if (until == null) {
        event = queue.poll(1, TimeUnit.HOURS);
      } else {
        long left = Duration.between(Instant.now(), until).toMillis();
        event = left <= 0 ? null : queue.poll(left, TimeUnit.MILLISECONDS);
        if (event == null && !Instant.now().isBefore(until)) {
          return;
        }
      }
      if (event != null) {
        if (until != null && event.time().isAfter(until)) {
          return;
        }
        sink.write(event);
      }
      if (overflow.seen) {
        throw tooSlow();
      }
    }
  }

  private static Unavailable tooSlow() {
    return new Unavailable("a client reads events too slowly and is disconnected");
  }

  /** Wakes the writer, which may wait for a client that reads nothing at all. */
  private static final class Overflow {
    private final Thread writer;
    private volatile boolean seen;

    Overflow(Thread writer) {
      this.writer = writer;
    }

    void happened() {
      if (!seen) {
        seen = true;
        writer.interrupt();
      }
    }
  }
}
