package io.layerd.engine;

import io.layerd.engine.worker.LaneGroup;
import io.layerd.engine.worker.Lanes;
import io.layerd.network.NetworkService;
import io.layerd.network.NetworkService.Network;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Networks on the container lanes. */
final class LaneNetworks implements NetworkCommands {
  private static final Set<String> FILTERS =
      Set.of("dangling", "driver", "id", "label", "name", "scope", "type");
  private static final Set<String> BUILT_IN = Set.of("bridge", "host", "none");

  private final LaneGroup lanes;
  private final NetworkService networks;

  LaneNetworks(Lanes lanes, NetworkService networks) {
    this.lanes = lanes.container();
    this.networks = networks;
  }

  @Override
  public Uni<List<Network>> list(Map<String, List<String>> filters) {
    return Unis.onLane(lanes, "network list", () -> find(filters));
  }

  private List<Network> find(Map<String, List<String>> values) {
    ListFilters filters = ListFilters.checked(values, FILTERS);
    boolean all = !filters.has("dangling");
    boolean dangling = filters.flag("dangling", false);
    return networks.list().stream()
        .filter(n -> filters.part("id", n.id()))
        .filter(n -> filters.part("name", n.name()))
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
}
