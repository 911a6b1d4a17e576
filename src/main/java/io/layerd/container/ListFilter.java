package io.layerd.container;

import io.layerd.error.EngineException;
import io.layerd.error.InvalidParameter;
import io.layerd.error.SystemFailure;
import io.layerd.image.ImageService.Image;
import io.layerd.oci.Digest;
import io.layerd.oci.GoNumbers;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The filters of {@code docker ps}, resolved once for a whole list. */
final class ListFilter {
  private static final Set<String> NAMES =
      Set.of(
          "ancestor",
          "before",
          "exited",
          "expose",
          "health",
          "id",
          "is-task",
          "isolation",
          "label",
          "name",
          "network",
          "publish",
          "since",
          "status",
          "volume");
  private static final List<String> STATES =
      List.of("created", "running", "paused", "restarting", "removing", "exited", "dead");
  private static final List<String> HEALTH = List.of("none", "starting", "healthy", "unhealthy");

  private final Rooms rooms;
  private final Filters filters;
  private final Set<Integer> exitCodes;
  private final @Nullable Instant before;
  private final @Nullable Instant since;
  private final @Nullable Set<String> ancestors;
  private final @Nullable Set<String> ids;
  private final List<PortRange> published;
  private final List<PortRange> exposed;
  private final boolean tasks;

  private ListFilter(Rooms rooms, Filters filters) {
    this.rooms = rooms;
    this.filters = filters;
    filters.checkNames(NAMES);
    checkValues("status", "state", STATES);
    checkValues("health", "health", HEALTH);
    exitCodes =
        filters.get("exited").stream().map(ListFilter::exitCode).collect(Collectors.toSet());
    before = createdOf("before");
    since = createdOf("since");
    published = ports("publish");
    exposed = ports("expose");
    tasks = filters.flag("is-task", false);
    ancestors = filters.has("ancestor") ? ancestorIds() : null;
    ids = filters.has("id") ? ids() : null;
  }

  static ListFilter of(Rooms rooms, Filters filters) {
    return new ListFilter(rooms, filters);
  }

  private void checkValues(String name, String what, List<String> known) {
    for (String value : filters.get(name)) {
      if (!known.contains(value)) {
        throw new InvalidParameter(
            "invalid filter '%s=%s': invalid value for %s (%s): must be one of %s"
                .formatted(name, value, what, value, String.join(", ", known)));
      }
    }
  }

  private static Integer exitCode(String text) {
    try {
      return Integer.valueOf(text);
    } catch (NumberFormatException e) {
      throw new InvalidParameter(
          "invalid filter 'exited=%s': strconv.Atoi: %s".formatted(text, GoNumbers.failure(text)),
          e);
    }
  }

  private @Nullable Instant createdOf(String name) {
    Instant found = null;
    for (String ref : filters.get(name)) {
      Instant created = rooms.index().get(ref).createdAt();
      boolean tighter =
          found == null
              || (name.equals("before") ? created.isBefore(found) : created.isAfter(found));
      found = tighter ? created : found;
    }
    return found;
  }

  private List<PortRange> ports(String name) {
    return filters.get(name).stream()
        .map(
            text -> {
              try {
                return PortRange.wanted(text);
              } catch (InvalidParameter e) {
                throw new SystemFailure(
                    "error while looking up for %s %s: %s".formatted(name, text, e.getMessage()),
                    e);
              }
            })
        .toList();
  }

  private Set<String> ancestorIds() {
    Set<String> ids = new HashSet<>();
    for (String reference : filters.get("ancestor")) {
      try {
        rooms.images().find(reference).ifPresent(image -> ids.add(image.id().toString()));
      } catch (EngineException e) {
        // Not a reference: nothing descends from it.
        continue;
      }
    }
    return ids;
  }

  /** The containers whose ids begin with one of the values, if only theirs do. */
  private Set<String> ids() {
    Set<String> found = new HashSet<>();
    for (String prefix : filters.get("id")) {
      List<String> fitting =
          rooms.index().all().stream()
              .map(container -> container.id)
              .filter(id -> !prefix.isEmpty() && id.startsWith(prefix))
              .limit(2)
              .toList();
      if (fitting.size() == 1) {
        found.add(fitting.getFirst());
      }
    }
    return found;
  }

  /** Whether the filters speak of containers that do not run. */
  boolean asksForState() {
    return filters.has("status");
  }

  boolean matches(Container c) {
    return !tasks
        && name(c)
        && (ids == null || ids.contains(c.id))
        && filters.labels("label", c.config.labels())
        && state(c)
        && time(c)
        && (ancestors == null || descends(c.imageId, ancestors))
        && volume(c)
        && onNetwork(c)
        && published(c)
        && exposed(c);
  }

  private boolean name(Container c) {
    return filters.matches("name", c.plainName()) || filters.matches("name", c.name);
  }

  private boolean state(Container c) {
    if (filters.has("status") && !filters.get("status").contains(c.state.status())) {
      return false;
    }
    Health health = c.health;
    if (filters.has("health")
        && !filters.get("health").contains(health == null ? "none" : health.status())) {
      return false;
    }
    if (exitCodes.isEmpty()) {
      return true;
    }
    return !c.running() && c.startedBefore && exitCodes.contains(c.state.exitCode());
  }

  private boolean time(Container c) {
    return (before == null || c.createdAt().isBefore(before))
        && (since == null || c.createdAt().isAfter(since));
  }

  private boolean descends(String imageId, Set<String> from) {
    String at = imageId;
    for (int depth = 0; depth < 200; depth++) {
      if (from.contains(at)) {
        return true;
      }
      Optional<Image> image = rooms.images().find(at);
      Digest parent = image.isEmpty() ? null : image.get().parent();
      if (parent == null) {
        return false;
      }
      at = parent.toString();
    }
    return false;
  }

  private boolean volume(Container c) {
    return !filters.has("volume")
        || c.mounts.values().stream()
            .anyMatch(
                m ->
                    filters.get("volume").contains(m.name())
                        || filters.get("volume").contains(m.destination())
                        || filters.get("volume").contains(m.source()));
  }

  /** By the network's name or the begin of its id; only a container that ran knows the id. */
  private boolean onNetwork(Container c) {
    return !filters.has("network")
        || filters.get("network").stream()
            .anyMatch(
                wanted ->
                    c.networks.containsKey(wanted)
                        || c.networks.values().stream()
                            .anyMatch(end -> end.networkID().startsWith(wanted)));
  }

  /** By the ports of the host; one that is only exposed counts as port 0. */
  private boolean published(Container c) {
    return published.isEmpty()
        || c.ports.entrySet().stream()
            .anyMatch(
                entry -> {
                  String protocol = PortRange.parse(entry.getKey()).protocol();
                  return entry.getValue() == null || entry.getValue().isEmpty()
                      ? fits(published, "0/" + protocol)
                      : entry.getValue().stream()
                          .anyMatch(b -> fits(published, b.hostPort() + "/" + protocol));
                });
  }

  /** By what it has on its networks now, so only while it runs. */
  private boolean exposed(Container c) {
    return exposed.isEmpty() || c.ports.keySet().stream().anyMatch(port -> fits(exposed, port));
  }

  private static boolean fits(List<PortRange> wanted, String port) {
    try {
      PortRange range = PortRange.parse(port);
      return wanted.stream().anyMatch(w -> w.contains(range));
    } catch (InvalidParameter e) {
      return false;
    }
  }
}
