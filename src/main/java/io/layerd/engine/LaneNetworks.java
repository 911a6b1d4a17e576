package io.layerd.engine;

import io.layerd.container.ContainerService;
import io.layerd.engine.worker.LaneGroup;
import io.layerd.error.EngineException;
import io.layerd.error.InvalidParameter;
import io.layerd.error.SystemFailure;
import io.layerd.events.EventLog;
import io.layerd.image.TimeText;
import io.layerd.network.NetworkService;
import io.layerd.network.NetworkService.Network;
import io.layerd.network.NetworkService.NewNetwork;
import io.layerd.spec.EndpointSettings;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Networks on the container lanes. */
final class LaneNetworks implements NetworkCommands {
  private static final Logger LOG = Logger.getLogger(LaneNetworks.class);
  private static final Set<String> FILTERS =
      Set.of("dangling", "driver", "id", "label", "name", "scope", "type");
  private static final Set<String> PRUNE = Set.of("label", "label!", "until");
  private static final Set<String> BUILT_IN = Set.of("bridge", "host", "none");

  private final LaneGroup lanes;
  private final NetworkService networks;
  private final ContainerService containers;
  private final EventLog events;

  LaneNetworks(Engines.Parts parts) {
    this.lanes = parts.lanes().container();
    this.networks = parts.networks();
    this.containers = parts.containers();
    this.events = parts.events();
  }

  @Override
  public Uni<List<Network>> list(Map<String, List<String>> filters) {
    return Unis.onLane(lanes, "network list", () -> find(filters));
  }

  private List<Network> find(Map<String, List<String>> values) {
    ListFilters filters = ListFilters.checked(values, FILTERS);
    boolean all = !filters.has("dangling");
    boolean dangling = dangling(filters);
    for (String type : filters.get("type")) {
      if (!Set.of("builtin", "custom").contains(type)) {
        throw new SystemFailure("invalid filter: 'type'='" + type + "'");
      }
    }
    return networks.list().stream()
        .filter(n -> filters.matches("id", n.id()))
        .filter(n -> filters.matches("name", n.name()))
        .filter(n -> filters.exact("driver", n.driver()))
        .filter(n -> filters.exact("scope", n.scope()))
        .filter(n -> filters.labels("label", n.labels()))
        .filter(n -> filters.exact("type", BUILT_IN.contains(n.name()) ? "builtin" : "custom"))
        .filter(n -> all || dangling == (!BUILT_IN.contains(n.name()) && n.containers().isEmpty()))
        .toList();
  }

  @Override
  public Uni<Network> inspect(String nameOrId) {
    return Unis.onLane(lanes, "network inspect", () -> networks.get(nameOrId));
  }

  private static boolean dangling(ListFilters filters) {
    if (filters.get("dangling").size() > 1) {
      throw new InvalidParameter("got more than one value for filter key \"dangling\"");
    }
    for (String value : filters.get("dangling")) {
      if (!Set.of("true", "1", "false", "0").contains(value)) {
        throw new InvalidParameter(
            "invalid value for filter 'dangling', must be \"true\" (or \"1\"), or \"false\" (or"
                + " \"0\")");
      }
    }
    return filters.flag("dangling", false);
  }

  @Override
  public Uni<Network> create(NewNetwork request) {
    return Unis.onLane(
        lanes,
        "network create",
        () -> {
          Network network = networks.create(request);
          publish("create", network);
          return network;
        });
  }

  @Override
  public Uni<Void> remove(String nameOrId) {
    return Unis.onLane(
        lanes, "network remove", () -> publish("destroy", networks.remove(nameOrId)));
  }

  private void publish(String action, Network network) {
    events.publish(
        "network", action, network.id(), Map.of("name", network.name(), "type", network.driver()));
  }

  @Override
  public Uni<List<String>> prune(Map<String, List<String>> filters) {
    return Unis.onLane(lanes, "network prune", () -> pruneNow(filters));
  }

  private List<String> pruneNow(Map<String, List<String>> values) {
    ListFilters filters = ListFilters.checked(values, PRUNE);
    List<String> until = filters.get("until");
    if (until.size() > 1) {
      throw new InvalidParameter("more than one until filter specified");
    }
    Instant before = until.isEmpty() ? null : TimeText.parse(until.getFirst(), Instant.now());
    List<String> removed = new ArrayList<>();
    for (Network network : networks.list()) {
      boolean wanted =
          !BUILT_IN.contains(network.name())
              && network.containers().isEmpty()
              && !network.configOnly()
              && (before == null || network.created().isBefore(before))
              && filters.labels("label", network.labels());
      if (wanted) {
        try {
          publish("destroy", networks.remove(network.id()));
          removed.add(network.name());
        } catch (EngineException e) {
          LOG.warnf("network %s is not pruned: %s", network.name(), e.getMessage());
        }
      }
    }
    events.publish("network", "prune", "", Map.of("reclaimed", "0"));
    return removed;
  }

  @Override
  public Uni<Void> connect(String network, String container, @Nullable EndpointSettings settings) {
    return Unis.onLane(
        lanes,
        "network connect",
        () -> {
          networks.get(network);
          containers.joinNetwork(container, network, settings);
        });
  }

  @Override
  public Uni<Void> disconnect(String network, String container, boolean force) {
    return Unis.onLane(
        lanes, "network disconnect", () -> containers.leaveNetwork(container, network, force));
  }
}
