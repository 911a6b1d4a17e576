package io.layerd.api.stream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.layerd.events.Event;
import io.layerd.spec.SpecJson;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.TreeMap;

/** One line of {@code GET /events}; containers and images also have the fields of API 1.21. */
final class EventLine {
  private EventLine() {}

  static byte[] of(Event event) {
    ObjectNode line = SpecJson.MAPPER.createObjectNode();
    if (event.type().equals("container") || event.type().equals("image")) {
      line.put("status", event.action());
      line.put("id", event.actorId());
      String from = event.attributes().get("image");
      if (from != null && event.type().equals("container")) {
        line.put("from", from);
      }
    }
    line.put("Type", event.type());
    line.put("Action", event.action());
    ObjectNode actor = line.putObject("Actor");
    actor.put("ID", event.actorId());
    ObjectNode attributes = actor.putObject("Attributes");
    new TreeMap<>(event.attributes()).forEach(attributes::put);
    line.put("scope", "local");
    line.put("time", event.time().getEpochSecond());
    line.put("timeNano", ChronoUnit.NANOS.between(Instant.EPOCH, event.time()));
    try {
      return (SpecJson.MAPPER.writeValueAsString(line) + "\n").getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of texts and numbers can always be written", e);
    }
  }
}
