package io.layerd.container;

import io.layerd.events.EventLog;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Tells the world what happened to a container, in dockerd's attributes. */
final class ContainerEvents {
  private final EventLog log;

  ContainerEvents(EventLog log) {
    this.log = log;
  }

  void publish(Container container, String action) {
    publish(container, action, Map.of());
  }

  void publish(Container container, String action, Map<String, String> more) {
    Map<String, String> labels = container.config.labels();
    Map<String, String> attributes = labels == null ? new TreeMap<>() : new TreeMap<>(labels);
    attributes.put("image", container.config.image());
    attributes.put("name", container.plainName());
    attributes.putAll(more);
    log.publish("container", action, container.id, attributes);
  }

  void network(String action, String networkId, String name, String type, Container container) {
    log.publish(
        "network",
        action,
        networkId,
        Map.of("container", container.id, "name", name, "type", type));
  }

  /** A volume was made for a container. */
  void volumeMade(String name, String driver) {
    log.publish("volume", "create", name, Map.of("driver", driver));
  }

  /** An anonymous volume went with its container. */
  void volumeGone(String name, String driver) {
    log.publish("volume", "destroy", name, Map.of("driver", driver));
  }

  /** An image was made of a container. */
  void imageMade(String id, @Nullable Map<String, String> labels) {
    Map<String, String> attributes = labels == null ? new TreeMap<>() : new TreeMap<>(labels);
    attributes.put("name", id);
    log.publish("image", "create", id, attributes);
  }

  void pruned(long bytes) {
    log.publish("container", "prune", "", Map.of("reclaimed", String.valueOf(bytes)));
  }

  void volume(String action, StoredContainer.Mount mount, Container container) {
    Map<String, String> attributes =
        action.equals("mount")
            ? Map.of(
                "container",
                container.id,
                "destination",
                mount.destination(),
                "driver",
                mount.driver(),
                "propagation",
                mount.propagation(),
                "read/write",
                String.valueOf(mount.readWrite()))
            : Map.of("container", container.id, "driver", mount.driver());
    log.publish("volume", action, mount.name(), attributes);
  }
}
