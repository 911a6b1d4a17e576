package io.layerd.engine;

import io.layerd.events.Event;
import java.util.List;
import java.util.Map;

/**
 * Which events a client wants, as {@code docker events --filter} says it. Other names do not
 * matter, as with dockerd.
 */
final class EventFilter {
  private final Map<String, List<String>> values;

  EventFilter(Map<String, List<String>> values) {
    this.values = values;
  }

  boolean matches(Event event) {
    return any("type", List.of(event.type()))
        && action(event)
        && any("scope", List.of("local"))
        && labels(event)
        && actor("container", event)
        && actor("volume", event)
        && actor("network", event)
        && actor("daemon", event)
        && actor("plugin", event)
        && none("config", "node", "secret", "service")
        && image(event);
  }

  private boolean action(Event event) {
    // "exec_create: sh" is asked for as "exec_create".
    String word = event.action().split(":", 2)[0];
    return any("event", List.of(event.action(), word));
  }

  private boolean any(String name, List<String> texts) {
    List<String> wanted = values.get(name);
    return wanted == null || wanted.isEmpty() || wanted.stream().anyMatch(texts::contains);
  }

  private boolean none(String... names) {
    for (String name : names) {
      if (values.containsKey(name)) {
        return false;
      }
    }
    return true;
  }

  private boolean actor(String type, Event event) {
    List<String> wanted = values.get(type);
    if (wanted == null || wanted.isEmpty()) {
      return true;
    }
    if (!event.type().equals(type)) {
      return false;
    }
    String name = event.attributes().getOrDefault("name", "");
    return wanted.stream()
        .anyMatch(w -> w.equals(name) || (!w.isEmpty() && event.actorId().startsWith(w)));
  }

  /** An image filter also finds the events of its containers. */
  private boolean image(Event event) {
    List<String> wanted = values.get("image");
    if (wanted == null || wanted.isEmpty()) {
      return true;
    }
    String name = event.attributes().getOrDefault("name", "");
    String image = event.attributes().getOrDefault("image", "");
    boolean ofImage = event.type().equals("image");
    return wanted.stream()
        .anyMatch(
            w ->
                w.equals(image)
                    || w.equals(untagged(image))
                    || (ofImage
                        && (w.equals(event.actorId())
                            || w.equals(untagged(event.actorId()))
                            || w.equals(name)
                            || w.equals(untagged(name)))));
  }

  private static String untagged(String reference) {
    int colon = reference.lastIndexOf(':');
    return colon > reference.lastIndexOf('/') ? reference.substring(0, colon) : reference;
  }

  private boolean labels(Event event) {
    List<String> wanted = values.get("label");
    return wanted == null || new ListFilters(values).labels("label", event.attributes());
  }
}
