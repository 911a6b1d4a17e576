package io.layerd.api.stream;

import io.layerd.api.Filters;
import io.layerd.api.Moment;
import io.layerd.engine.SystemCommands;
import io.layerd.engine.SystemCommands.EventQuery;
import io.layerd.engine.SystemCommands.EventSink;
import io.layerd.error.InvalidParameter;
import io.layerd.events.Event;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.time.Instant;

/** GET /events: recorded and new events as JSON lines, until the client goes or {@code until}. */
final class EventsRoute implements Handler<RoutingContext> {
  private final SystemCommands system;

  EventsRoute(SystemCommands system) {
    this.system = system;
  }

  @Override
  public void handle(RoutingContext routing) {
    HttpServerRequest request = routing.request();
    Instant now = Instant.now();
    Instant since = Moment.parse(request.getParam("since"), now);
    Instant until = Moment.parse(request.getParam("until"), now);
    if (since != null && until != null && until.isBefore(since)) {
      throw new InvalidParameter(
          "`since` time (%s) cannot be after `until` time (%s)"
              .formatted(request.getParam("since"), request.getParam("until")));
    }
    EventQuery query = new EventQuery(since, until, Filters.parse(request.getParam("filters")));
    StreamAnswer answer = new StreamAnswer(routing, "application/json");
    answer.runOrBreak(
        system.events(
            query,
            new EventSink() {
              @Override
              public void open() {
                answer.open("application/json");
              }

              @Override
              public void write(Event event) throws IOException {
                answer.write(EventLine.of(event));
              }
            }));
  }
}
