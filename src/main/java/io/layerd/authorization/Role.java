package io.layerd.authorization;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Usual sets of routes. Only {@link #ADMIN} reaches the host; see docs/authorization.md. */
public enum Role {
  /** Looks, without getting at what containers and images hold. */
  READ_ONLY("read-only", Sets.LOOKING, List.of()),

  /** Runs containers that stay in their box, and what they need. */
  OPERATOR("operator", Sets.LOOKING, Sets.OPERATING),

  /** Makes images and moves them. */
  BUILDER("builder", Sets.LOOKING, Sets.BUILDING),

  /** Everything. */
  ADMIN("admin", List.of(), List.of());

  private final String word;
  private final List<RoutePattern> routes;

  Role(String word, List<String> some, List<String> more) {
    this.word = word;
    List<RoutePattern> all = new ArrayList<>();
    some.forEach(text -> all.add(RoutePattern.parse(text)));
    more.forEach(text -> all.add(RoutePattern.parse(text)));
    this.routes = List.copyOf(all);
  }

  /** As the policy file has it. */
  public String word() {
    return word;
  }

  boolean allows(String method, String path) {
    return this == ADMIN || routes.stream().anyMatch(route -> route.matches(method, path));
  }

  private static final class Sets {
    static final List<String> LOOKING =
        lines(
            """
            GET /_ping
            HEAD /_ping
            GET /version
            GET /info
            GET /events
            GET /system/df
            GET /plugins
            GET /containers/json
            GET /containers/{id}/json
            GET /containers/{id}/top
            GET /containers/{id}/logs
            GET /containers/{id}/stats
            GET /containers/{id}/changes
            POST /containers/{id}/wait
            GET /exec/{id}/json
            GET /images/json
            GET /images/{name}/json
            GET /images/{name}/history
            GET /networks
            GET /networks/{id}
            GET /volumes
            GET /volumes/{name}
            """);

    static final List<String> OPERATING =
        lines(
            """
            POST /containers/create
            POST /containers/prune
            POST /containers/{id}/start
            POST /containers/{id}/stop
            POST /containers/{id}/restart
            POST /containers/{id}/kill
            POST /containers/{id}/pause
            POST /containers/{id}/unpause
            POST /containers/{id}/resize
            POST /containers/{id}/rename
            POST /containers/{id}/update
            POST /containers/{id}/attach
            GET /containers/{id}/attach/ws
            POST /containers/{id}/exec
            GET /containers/{id}/export
            GET /containers/{id}/archive
            HEAD /containers/{id}/archive
            PUT /containers/{id}/archive
            DELETE /containers/{id}
            POST /exec/{id}/start
            POST /exec/{id}/resize
            POST /images/create
            POST /images/prune
            GET /images/search
            DELETE /images/{name}
            GET /distribution/{name}/json
            POST /auth
            POST /networks/create
            POST /networks/prune
            POST /networks/{id}/connect
            POST /networks/{id}/disconnect
            DELETE /networks/{id}
            POST /volumes/create
            POST /volumes/prune
            DELETE /volumes/{name}
            """);

    static final List<String> BUILDING =
        lines(
            """
            POST /build
            POST /build/prune
            POST /build/cancel
            POST /commit
            POST /images/create
            POST /images/load
            POST /images/prune
            GET /images/search
            GET /images/get
            GET /images/{name}/get
            POST /images/{name}/push
            POST /images/{name}/tag
            DELETE /images/{name}
            GET /distribution/{name}/json
            POST /auth
            """);

    private Sets() {}

    private static List<String> lines(String text) {
      return Arrays.asList(text.strip().split("\n", -1));
    }
  }
}
