package io.layerd.container;

import io.layerd.error.Conflict;
import io.layerd.error.InvalidParameter;
import io.layerd.error.NotFound;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Finds containers by id, prefix and name; a name belongs to one container at a time. */
final class ContainerIndex {
  private static final Pattern NAME = Pattern.compile("/?[a-zA-Z0-9][a-zA-Z0-9_.-]+");

  private final TreeMap<String, Container> byId = new TreeMap<>();
  private final Map<String, Set<Container>> byImage = new HashMap<>();
  private final Map<String, String> idByName = new HashMap<>();
  private final Map<String, TreeSet<String>> linkNames = new HashMap<>();

  /** Takes a name ({@code /x}) for a container that is about to exist. */
  synchronized void reserve(String name, String id) {
    String owner = idByName.putIfAbsent(name, id);
    if (owner != null && !owner.equals(id)) {
      throw new Conflict(
          "Conflict. The container name \""
              + name
              + "\" is already in use by container \""
              + owner
              + "\". You have to remove (or rename) that container to be able to reuse that name.");
    }
  }

  synchronized boolean free(String name) {
    return !idByName.containsKey(name);
  }

  synchronized void release(String name, String id) {
    idByName.remove(name, id);
  }

  /** Another name of a container, {@code /web/db}: not taken from one that has it. */
  synchronized void link(String name, String id) {
    if (idByName.putIfAbsent(name, id) == null) {
      linkNames.computeIfAbsent(id, _ -> new TreeSet<>()).add(name);
    }
  }

  synchronized void unlink(String name, String id) {
    TreeSet<String> names = linkNames.get(id);
    if (names != null && names.remove(name)) {
      idByName.remove(name, id);
    }
  }

  /** The names a container has through links. */
  synchronized List<String> linkNames(String id) {
    return List.copyOf(linkNames.getOrDefault(id, new TreeSet<>()));
  }

  synchronized void add(Container container) {
    byId.put(container.id, container);
    byImage.computeIfAbsent(container.imageId, _ -> new LinkedHashSet<>()).add(container);
  }

  /** Those made from an image: lists of images ask for each, and there may be thousands of both. */
  synchronized List<Container> ofImage(String imageId) {
    return List.copyOf(byImage.getOrDefault(imageId, Set.of()));
  }

  synchronized void remove(Container container) {
    byId.remove(container.id);
    Set<Container> siblings = byImage.get(container.imageId);
    if (siblings != null && siblings.remove(container) && siblings.isEmpty()) {
      byImage.remove(container.imageId);
    }
    idByName.remove(container.name, container.id);
    TreeSet<String> names = linkNames.remove(container.id);
    if (names != null) {
      names.forEach(name -> idByName.remove(name, container.id));
    }
  }

  synchronized Collection<Container> all() {
    return new ArrayList<>(byId.values());
  }

  synchronized int size() {
    return byId.size();
  }

  synchronized Optional<Container> byId(String id) {
    return Optional.ofNullable(byId.get(id));
  }

  /**
   * By id, name, or unique prefix of an id, in this order.
   *
   * @throws NotFound {@code No such container: REF}
   * @throws InvalidParameter if the prefix fits several
   */
  synchronized Container get(String ref) {
    if (ref.isEmpty()) {
      throw new InvalidParameter("invalid container name or ID: value is empty");
    }
    Container exact = byId.get(ref);
    if (exact != null) {
      return exact;
    }
    String id = idByName.get(ref.startsWith("/") ? ref : "/" + ref);
    Container named = id == null ? null : byId.get(id);
    if (named != null) {
      return named;
    }
    List<Container> fits = new ArrayList<>();
    for (Map.Entry<String, Container> entry : byId.tailMap(ref, true).entrySet()) {
      if (!entry.getKey().startsWith(ref) || fits.size() == 2) {
        break;
      }
      fits.add(entry.getValue());
    }
    if (fits.size() == 2) {
      throw new InvalidParameter("multiple IDs found with provided prefix: " + ref);
    }
    if (fits.isEmpty()) {
      throw new NotFound("No such container: " + ref);
    }
    return fits.getFirst();
  }

  /** Checks a name as given and returns it with its slash. */
  static String checkName(String given) {
    if (!NAME.matcher(given).matches()) {
      throw new InvalidParameter(
          "Invalid container name (" + given + "), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed");
    }
    return given.startsWith("/") ? given : "/" + given;
  }
}
