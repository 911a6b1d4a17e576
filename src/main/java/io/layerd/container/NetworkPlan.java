package io.layerd.container;

import io.layerd.error.Conflict;
import io.layerd.error.EngineException;
import io.layerd.network.NetworkService;
import io.layerd.network.NetworkService.Attachment;
import io.layerd.network.NetworkService.Network;
import io.layerd.spec.EndpointSettings;
import io.layerd.spec.PortBinding;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Puts a container that starts on its networks. */
final class NetworkPlan {
  private final Rooms rooms;

  NetworkPlan(Rooms rooms) {
    this.rooms = rooms;
  }

  /**
   * @param namespace null for the host's, or for a new one with nothing in it
   * @param connected whether the network service has to take something back
   */
  record Result(@Nullable Path namespace, boolean hostNetwork, boolean connected) {}

  static boolean onNetworks(Container container) {
    String mode = container.host.networkMode();
    return !container.config.networkDisabled()
        && !mode.equals("host")
        && !mode.equals("none")
        && !mode.startsWith("container:");
  }

  Result connect(Container container) {
    String mode = container.host.networkMode();
    if (mode.startsWith("container:")) {
      return join(mode.substring("container:".length()));
    }
    if (mode.equals("host") || mode.equals("none") || !onNetworks(container)) {
      container.networks = withId(container.networks, mode);
      return new Result(null, mode.equals("host"), false);
    }
    try {
      Attachment attachment = rooms.networks().connect(request(container));
      container.networks = Endpoints.live(container.networks, attachment.endpoints());
      container.ports = attachment.ports();
      show(container, attachment.namespace());
      tell("connect", container);
      return new Result(attachment.namespace(), false, true);
    } catch (EngineException e) {
      throw Rewording.prefix("failed to set up container networking: ", e);
    }
  }

  private static void show(Container container, Path namespace) {
    container.sandboxKey = namespace.toString();
    container.sandboxId = namespace.getFileName().toString();
  }

  /** Publishes a network event for each of its networks. */
  void tell(String action, Container container) {
    container.networks.forEach(
        (name, endpoint) ->
            rooms.events().network(action, endpoint.networkID(), name, driver(name), container));
  }

  private String driver(String network) {
    try {
      return rooms.networks().get(network).driver();
    } catch (EngineException e) {
      return "bridge";
    }
  }

  private Map<String, EndpointSettings> withId(
      Map<String, EndpointSettings> networks, String name) {
    Map<String, EndpointSettings> all = new TreeMap<>(networks);
    try {
      Network network = rooms.networks().get(name);
      EndpointSettings blank = Endpoints.blank();
      all.put(
          name,
          new EndpointSettings(
              null,
              null,
              null,
              "",
              null,
              0,
              network.id(),
              blank.endpointID(),
              "",
              "",
              0,
              "",
              "",
              0,
              null));
    } catch (EngineException e) {
      all.putIfAbsent(name, Endpoints.blank());
    }
    return all;
  }

  private NetworkService.ConnectRequest request(Container container) {
    Map<String, List<PortBinding>> bindings = container.host.portBindings();
    Set<String> exposed =
        container.config.exposedPorts() == null
            ? Set.of()
            : Set.copyOf(container.config.exposedPorts().keySet());
    return new NetworkService.ConnectRequest(
        container.id,
        container.plainName(),
        container.config.hostname(),
        container.networks,
        exposed,
        bindings == null ? Map.of() : bindings,
        container.host.publishAllPorts());
  }

  private Result join(String ref) {
    Container other = rooms.index().get(ref);
    if (!other.alive()) {
      throw new Conflict("cannot join network of a non running container: " + other.id);
    }
    if (other.host.networkMode().equals("host")) {
      return new Result(null, true, false);
    }
    return new Result(Path.of("/proc/" + other.state.pid() + "/ns/net"), false, false);
  }
}
