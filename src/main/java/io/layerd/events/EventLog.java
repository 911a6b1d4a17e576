package io.layerd.events;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * The newest events, and those who listen. Listeners must return at once; they hand the event to a
 * queue of their own.
 */
public final class EventLog {
  private static final int REPLAY_LIMIT = 256;

  private final LongAdder published = new LongAdder();
  private final Deque<Event> newest = new ArrayDeque<>();
  private final List<Consumer<Event>> listeners = new CopyOnWriteArrayList<>();

  /** Records an event that happens now and tells the listeners. */
  public void publish(String type, String action, String actorId, Map<String, String> attributes) {
    publish(new Event(type, action, actorId, attributes, Instant.now()));
  }

  /** Records an event and tells the listeners, in the order of recording. */
  public synchronized void publish(Event event) {
    published.increment();
    if (newest.size() == REPLAY_LIMIT) {
      newest.removeFirst();
    }
    newest.addLast(event);
    listeners.forEach(listener -> listener.accept(event));
  }

  /**
   * The recorded events, oldest first, and from then on every new one, without a gap or a double.
   * Closing ends it.
   */
  public synchronized Subscription subscribe(Consumer<Event> listener) {
    listeners.add(listener);
    return new Subscription(new ArrayList<>(newest), () -> listeners.remove(listener));
  }

  /** How many events there were since the start. */
  public long published() {
    return published.sum();
  }

  /** Listeners at this moment. */
  public int subscribers() {
    return listeners.size();
  }

  /** A listener's place; {@code past} holds what was recorded before it. */
  public record Subscription(List<Event> past, Runnable cancel) implements AutoCloseable {
    @Override
    public void close() {
      cancel.run();
    }
  }
}
