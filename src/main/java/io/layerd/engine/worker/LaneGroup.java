package io.layerd.engine.worker;

import io.layerd.engine.worker.Outcome.Done;
import io.layerd.engine.worker.Outcome.Failed;
import io.layerd.error.Unavailable;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The lanes of one kind, and the tasks that wait for one. A task goes to a lane that is idle, never
 * into the mailbox of a busy one; what waits, waits here, where it can be counted and taken back.
 */
public final class LaneGroup {
  private final String name;
  private final Vertx vertx;
  private final DeliveryOptions delivery;
  private final int mostWaiting;
  private final Deque<String> idle = new ArrayDeque<>();
  private final Deque<Entry> waiting = new ArrayDeque<>();

  private record Entry(Task<?> task, CompletableFuture<@Nullable Object> result) {}

  LaneGroup(String name, Vertx vertx, DeliveryOptions delivery, int mostWaiting) {
    this.name = name;
    this.vertx = vertx;
    this.delivery = delivery;
    this.mostWaiting = mostWaiting;
  }

  /**
   * Runs a task on a lane. The future completes on a thread that must not be blocked; cancelling it
   * takes back a task that still waits.
   *
   * @return a future that failed with {@link Unavailable} if too much waits already
   */
  @SuppressWarnings("unchecked")
  public <T> CompletableFuture<T> submit(Task<T> task) {
    return (CompletableFuture<T>) enqueue(task, true);
  }

  /** For work that must happen, such as cleaning up after a container: never refused. */
  public Executor executor(String taskName) {
    return command ->
        enqueue(
                new Task<@Nullable Object>(
                    taskName,
                    () -> {
                      command.run();
                      return null;
                    }),
                false)
            .whenComplete((_, failure) -> Lanes.report(taskName, failure));
  }

  private CompletableFuture<@Nullable Object> enqueue(Task<?> task, boolean bounded) {
    CompletableFuture<@Nullable Object> result = new CompletableFuture<>();
    Entry entry = new Entry(task, result);
    String lane;
    synchronized (this) {
      lane = idle.pollFirst();
      if (lane == null) {
        if (bounded && waiting.size() >= mostWaiting) {
          result.completeExceptionally(
              new Unavailable(
                  "too many requests wait for a "
                      + name
                      + " worker; try again, or raise the number of lanes"));
          return result;
        }
        waiting.addLast(entry);
      }
    }
    if (lane != null) {
      send(lane, entry);
    }
    return result;
  }

  private void send(String lane, Entry entry) {
    vertx
        .eventBus()
        .<Outcome>request(lane, entry.task(), delivery)
        .onComplete(
            reply -> {
              release(lane);
              if (reply.failed()) {
                entry.result().completeExceptionally(reply.cause());
                return;
              }
              switch (reply.result().body()) {
                case Done(Object value) -> entry.result().complete(value);
                case Failed(Throwable cause) -> entry.result().completeExceptionally(cause);
              }
            });
  }

  /** A lane is free: it takes the next task that nobody cancelled. */
  void release(String lane) {
    Entry next;
    synchronized (this) {
      do {
        next = waiting.pollFirst();
      } while (next != null && next.result().isDone());
      if (next == null) {
        idle.addLast(lane);
        return;
      }
    }
    send(lane, next);
  }

  /** Tasks that wait for a lane. */
  public synchronized int queueDepth() {
    return waiting.size();
  }

  public String name() {
    return name;
  }
}
