package io.layerd.api.access;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.layerd.engine.Engine;
import io.layerd.error.Forbidden;
import io.layerd.spec.SpecJson;
import io.smallrye.mutiny.Uni;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The labels that one's own containers, images, networks and volumes carry. */
final class Labels {
  /** These show or prune what their filter lets through. */
  private static final Set<String> FILTERED =
      Set.of(
          "GET /containers/json",
          "GET /images/json",
          "GET /networks",
          "GET /volumes",
          "GET /events",
          "POST /containers/prune",
          "POST /images/prune",
          "POST /networks/prune",
          "POST /volumes/prune");

  /** These show nothing of anybody's. */
  private static final Set<String> GENERAL =
      Set.of(
          "GET /_ping",
          "HEAD /_ping",
          "GET /version",
          "GET /info",
          "GET /plugins",
          "GET /images/search",
          "GET /distribution/{name}/json",
          "POST /auth");

  private final Map<String, String> wanted;
  private final Engine engine;

  Labels(Map<String, String> wanted, Engine engine) {
    this.wanted = wanted;
    this.engine = engine;
  }

  /**
   * @throws Forbidden unless all that are wanted are there
   */
  void given(@Nullable Map<String, String> labels) {
    wanted.forEach(
        (name, value) -> {
          if (labels == null || !value.equals(labels.get(name))) {
            throw new Forbidden("not labelled " + name + "=" + value);
          }
        });
  }

  void build(Ask ask) {
    if (wanted.isEmpty()) {
      return;
    }
    try {
      Map<String, String> labels = new HashMap<>();
      JsonNode tree = SpecJson.MAPPER.readTree(ask.param("labels"));
      tree.properties().forEach(entry -> labels.put(entry.getKey(), entry.getValue().asText()));
      given(labels);
    } catch (JsonProcessingException e) {
      throw new Forbidden("the labels of the build cannot be read", e);
    }
  }

  Uni<Void> network(String ref) {
    return wanted.isEmpty()
        ? Uni.createFrom().voidItem()
        : engine.networks().inspect(ref).invoke(found -> given(found.labels())).replaceWithVoid();
  }

  /** What is no matter of one container. */
  Uni<Ask> other(Ask ask) {
    if (wanted.isEmpty() || GENERAL.contains(ask.key())) {
      return Uni.createFrom().item(ask);
    }
    if (FILTERED.contains(ask.key())) {
      return Uni.createFrom().item(ask.filtered(wanted));
    }
    Uni<Void> labelled =
        switch (ask.route()) {
          case "/networks/{id}" -> network(ask.target());
          case "/volumes/{name}" ->
              engine
                  .volumes()
                  .inspect(ask.target())
                  .invoke(found -> given(found.labels()))
                  .replaceWithVoid();
          case "/images/{name}",
              "/images/{name}/json",
              "/images/{name}/history",
              "/images/{name}/get",
              "/images/{name}/tag",
              "/images/{name}/push" ->
              engine
                  .images()
                  .inspect(ask.target())
                  .invoke(found -> given(found.image().config().labels()))
                  .replaceWithVoid();
          default -> throw new Forbidden("a rule with labels does not allow " + ask.key());
        };
    return labelled.map(_ -> ask);
  }
}
