package io.layerd.engine;

import io.layerd.engine.SystemCommands.EventQuery;
import io.layerd.engine.SystemCommands.EventSink;
import io.layerd.events.EventLog;
import io.smallrye.mutiny.Uni;

/** The events for clients that asked for them, each at a pace of its own. */
final class EventStream {
  private final EventLog log;

  EventStream(EventLog log) {
    this.log = log;
  }

  /** Recorded events, then new ones; cancelling ends it. */
  Uni<Void> run(EventQuery query, EventSink sink) {
    return Uni.createFrom()
        .emitter(
            emitter -> {
              EventListener listener =
                  new EventListener(
                      log,
                      query,
                      sink,
                      failure -> {
                        if (failure == null) {
                          emitter.complete(null);
                        } else {
                          emitter.fail(failure);
                        }
                      });
              emitter.onTermination(listener::end);
              listener.begin();
            });
  }
}
