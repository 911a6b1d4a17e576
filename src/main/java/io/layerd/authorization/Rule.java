package io.layerd.authorization;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What some callers may do.
 *
 * @param name for audit lines and refusals
 * @param role null if {@code routes} says it
 * @param hostAccess whether containers may reach the host
 * @param images what containers may be made of; empty for any
 * @param labels what containers, images, networks and volumes must carry; empty for nothing
 */
public record Rule(
    String name,
    List<Who> who,
    @Nullable Role role,
    List<RoutePattern> routes,
    boolean hostAccess,
    List<ImagePattern> images,
    Map<String, String> labels) {
  public Rule {
    who = List.copyOf(who);
    routes = List.copyOf(routes);
    images = List.copyOf(images);
    labels = Map.copyOf(labels);
  }

  boolean fits(Caller caller) {
    return who.stream().anyMatch(one -> one.fits(caller));
  }

  /** Whether a route is among those it allows, whatever the request holds. */
  public boolean routed(String method, String path) {
    return role != null
        ? role.allows(method, path)
        : routes.stream().anyMatch(route -> route.matches(method, path));
  }

  /** Whether it allows whatever is routed. */
  public boolean unrestricted() {
    return hostAccess && images.isEmpty() && labels.isEmpty();
  }
}
