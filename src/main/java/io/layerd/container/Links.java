package io.layerd.container;

import io.layerd.error.EngineException;
import io.layerd.error.InvalidParameter;
import io.layerd.error.NotFound;
import io.layerd.error.SystemFailure;
import io.layerd.spec.EndpointSettings;
import io.layerd.spec.HostConfig;
import io.layerd.spec.SpecJson;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Links between containers of the default bridge ({@code --link}): what they add to names, {@code
 * /etc/hosts} and the environment. On a network of the user's own a link is an alias of the
 * network, and none of this happens.
 */
final class Links {
  private static final Logger LOG = Logger.getLogger(Links.class);
  private static final String BRIDGE = "bridge";
  private static final Set<String> BUILT_IN = Set.of("", "default", BRIDGE, "host", "none");

  private final Rooms rooms;

  Links(Rooms rooms) {
    this.rooms = rooms;
  }

  private static boolean userDefined(String mode) {
    return !BUILT_IN.contains(mode) && !mode.startsWith("container:");
  }

  /**
   * What a new container's links lead to.
   *
   * @throws InvalidParameter if one leads to a container that does not exist or has no network
   */
  List<Link> resolve(HostConfig host) {
    List<Link> links = new ArrayList<>();
    Set<String> aliases = new HashSet<>();
    if (host.links() != null && !userDefined(host.networkMode())) {
      for (String asked : host.links()) {
        String[] words = words(asked);
        Container child = child(words[0]);
        if (aliases.add(words[1])) {
          links.add(new Link(words[1], child.id, child.name));
        } else {
          LOG.warnf("link %s is left out: the name is taken by another", asked);
        }
      }
    }
    return links;
  }

  private static String[] words(String link) {
    if (link.isEmpty()) {
      throw new SystemFailure("empty string specified for links");
    }
    String[] words = link.split(":", -1);
    if (words.length > 2) {
      throw new SystemFailure("bad format for links: " + link);
    }
    // what inspect shows is understood as well: /child:/parent/alias
    String alias = words[words.length - 1];
    return new String[] {words[0], alias.substring(alias.lastIndexOf('/') + 1)};
  }

  private Container child(String name) {
    try {
      Container child = rooms.index().get(name);
      while (child.host.networkMode().startsWith("container:")) {
        child = rooms.index().get(child.host.networkMode().substring("container:".length()));
      }
      if (child.host.networkMode().equals("host")) {
        throw new InvalidParameter(
            "conflicting options: host type networking can't be used with links. This would result"
                + " in undefined behavior");
      }
      return child;
    } catch (NotFound e) {
      // Not found would make the CLI pull the image and ask again.
      throw new InvalidParameter("could not get container for " + name + ": " + e.getMessage(), e);
    }
  }

  /** Gives the others the names that they have through the links. */
  void register(Container container) {
    container.links.forEach(
        link -> rooms.index().link(link.fullName(container.name), link.childId()));
  }

  /** At a start of the daemon, when all containers are known. */
  void load(Container container) {
    try {
      container.links = resolve(container.host);
      register(container);
    } catch (EngineException e) {
      LOG.warnf("container %s lost its links: %s", container.shortId(), e.getMessage());
    }
  }

  /** The container is gone, and the names that it gave with it. */
  void unregister(Container container) {
    container.links.forEach(
        link -> rooms.index().unlink(link.fullName(container.name), link.childId()));
  }

  /** The host configuration as inspect shows it: links by their full names. */
  static HostConfig shown(Container container) {
    if (container.host.links() == null) {
      return container.host;
    }
    List<String> shown = container.links.stream().map(l -> l.shown(container.name)).toList();
    Map<String, @Nullable Object> change = new HashMap<>();
    change.put("Links", shown.isEmpty() ? null : shown);
    return SpecJson.change(container.host, HostConfig.class, change);
  }

  /** Call with the lock held, after the container got its new name. */
  void renamed(Container container, String old) {
    for (Link link : container.links) {
      rooms.index().unlink(link.fullName(old), link.childId());
      rooms.index().link(link.fullName(container.name), link.childId());
    }
    for (Container parent : parents(container.id)) {
      parent.links =
          parent.links.stream()
              .map(
                  link ->
                      link.childId().equals(container.id)
                          ? new Link(link.alias(), link.childId(), container.name)
                          : link)
              .toList();
      keep(parent);
    }
  }

  private void keep(Container container) {
    Map<String, @Nullable Object> change = new HashMap<>();
    List<String> asked = container.links.stream().map(Link::asked).toList();
    change.put("Links", asked.isEmpty() ? null : asked);
    container.host = SpecJson.change(container.host, HostConfig.class, change);
    rooms.files().saveAll(container);
  }

  private List<Container> parents(String child) {
    return rooms.index().all().stream()
        .filter(one -> one.links.stream().anyMatch(link -> link.childId().equals(child)))
        .toList();
  }

  /**
   * Takes a link away by its full name, {@code web/db}.
   *
   * @throws SystemFailure for the name of a container
   */
  void remove(String ref) {
    Container child = rooms.index().get(ref);
    String name = ref.startsWith("/") ? ref : "/" + ref;
    int slash = name.lastIndexOf('/');
    if (slash <= 0) {
      throw new SystemFailure("Conflict, cannot remove the default link name of the container");
    }
    Container parent = rooms.index().get(name.substring(0, slash));
    String alias = name.substring(slash + 1);
    parent.lock.lock();
    try {
      parent.links = parent.links.stream().filter(link -> !link.alias().equals(alias)).toList();
      rooms.index().unlink(name, child.id);
      keep(parent);
      if (parent.alive()) {
        EtcPlan.edit(rooms, parent, text -> lines(text, line -> names(line, alias) ? null : line));
        tellNetworks(parent);
      }
    } finally {
      parent.lock.unlock();
    }
  }

  private interface LineChange {
    @Nullable String change(String line);
  }

  private static String lines(String text, LineChange change) {
    StringBuilder changed = new StringBuilder();
    text.lines()
        .forEach(
            line -> {
              String now = change.change(line);
              if (now != null) {
                changed.append(now).append('\n');
              }
            });
    return changed.toString();
  }

  /** Whether a line of /etc/hosts was written for a link of this name. */
  private static boolean names(String line, String alias) {
    int tab = line.indexOf('\t');
    String rest = tab < 0 ? "" : line.substring(tab + 1);
    return rest.equals(alias) || rest.startsWith(alias + " ");
  }

  /** Linked containers that a start needs to run. */
  private List<Container> children(Container container) {
    List<Container> children = new ArrayList<>();
    if (!container.networks.containsKey(BRIDGE)) {
      return children;
    }
    for (Link link : container.links) {
      Optional<Container> child = rooms.index().byId(link.childId());
      if (child.isEmpty() || !child.get().alive()) {
        throw new SystemFailure(
            "Cannot link to a non running container: %s AS %s"
                .formatted(link.childName(), link.fullName(container.name)));
      }
      if (!child.get().networks.containsKey(BRIDGE)) {
        throw new SystemFailure(
            "container " + link.childId() + " not attached to default bridge network");
      }
      children.add(child.get());
    }
    return children;
  }

  /**
   * Variables for a process of the container.
   *
   * @throws SystemFailure if a linked container does not run
   */
  List<String> environment(Container container) {
    List<Container> children = children(container);
    List<String> variables = new ArrayList<>();
    for (int i = 0; i < children.size(); i++) {
      Container child = children.get(i);
      Link link = container.links.get(i);
      variables.addAll(
          LinkVariables.of(
              link.alias(), link.fullName(container.name), address(child), child.config));
    }
    return variables;
  }

  /** Names with addresses, in the shape of {@code --add-host}. */
  List<String> hosts(Container container) {
    List<Container> children = children(container);
    List<String> hosts = new ArrayList<>();
    for (int i = 0; i < children.size(); i++) {
      Container child = children.get(i);
      String alias = container.links.get(i).alias();
      String name = child.plainName();
      String names = alias + " " + child.config.hostname() + (alias.equals(name) ? "" : " " + name);
      addresses(child).forEach(address -> hosts.add(names + ":" + address));
    }
    return hosts;
  }

  private static String address(Container child) {
    EndpointSettings endpoint = child.networks.get(BRIDGE);
    return endpoint == null ? "" : endpoint.ipAddress();
  }

  private static Stream<String> addresses(Container child) {
    EndpointSettings endpoint = child.networks.getOrDefault(BRIDGE, Endpoints.blank());
    return Stream.of(endpoint.ipAddress(), endpoint.globalIPv6Address())
        .filter(address -> !address.isEmpty());
  }

  /** Lets a container reach those it is linked with where a bridge keeps containers apart. */
  void tellNetworks(Container container) {
    Map<String, Set<String>> ports = new HashMap<>();
    for (Link link : container.links) {
      rooms
          .index()
          .byId(link.childId())
          .map(child -> child.config.exposedPorts())
          .ifPresent(exposed -> ports.put(link.childId(), new TreeSet<>(exposed.keySet())));
    }
    rooms.networks().link(container.id, ports);
  }

  /** A container runs, perhaps with another address: those that link to it learn of it. */
  void started(Container child) {
    for (Container parent : parents(child.id)) {
      if (!parent.alive()) {
        continue;
      }
      List<String> aliases =
          parent.links.stream()
              .filter(link -> link.childId().equals(child.id))
              .map(Link::alias)
              .toList();
      EtcPlan.edit(
          rooms,
          parent,
          text ->
              lines(
                  text,
                  line ->
                      aliases.stream().anyMatch(a -> names(line, a)) ? moved(line, child) : line));
      tellNetworks(parent);
    }
  }

  private static String moved(String line, Container child) {
    boolean ipv6 = line.substring(0, line.indexOf('\t')).contains(":");
    return addresses(child)
        .filter(address -> address.contains(":") == ipv6)
        .findFirst()
        .map(address -> address + line.substring(line.indexOf('\t')))
        .orElse(line);
  }
}
