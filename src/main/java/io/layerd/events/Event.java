package io.layerd.events;

import java.time.Instant;
import java.util.Map;

/**
 * Something that happened to an object, as {@code docker events} shows it.
 *
 * @param type container, image, network, volume, daemon
 * @param action create, start, die, pull, ...; for exec and health events with their text: {@code
 *     exec_create: sh}
 * @param actorId id or name of the object
 * @param attributes such as name and image, sorted by the printer
 */
public record Event(
    String type, String action, String actorId, Map<String, String> attributes, Instant time) {
  public Event {
    attributes = Map.copyOf(attributes);
  }
}
