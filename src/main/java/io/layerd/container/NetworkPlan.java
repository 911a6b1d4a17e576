package io.layerd.container;

import io.layerd.error.Conflict;
import io.layerd.error.EngineException;
import io.layerd.error.NotFound;
import io.layerd.error.SystemFailure;
import io.layerd.network.NetworkService;
import io.layerd.network.NetworkService.Attachment;
import io.layerd.spec.PortBinding;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Puts a container that starts on its networks. */
final class NetworkPlan {
  private final Rooms rooms;

  NetworkPlan(Rooms rooms) {
    this.rooms = rooms;
  }

  /**
   * @param userNamespace the one that the namespace belongs to, where ids are not the host's
   * @param namespace null for the host's, or for a new one with nothing in it
   */
  record Result(@Nullable Path namespace, @Nullable Path userNamespace, boolean hostNetwork) {}

  static boolean onNetworks(Container container) {
    return !container.config.networkDisabled()
        && !container.host.networkMode().startsWith("container:");
  }

  /** What is begun here has to be awaited by {@link #complete} before the container runs. */
  Result begin(Container container) {
    String mode = container.host.networkMode();
    if (mode.startsWith("container:")) {
      return join(container, mode.substring("container:".length()));
    }
    if (!onNetworks(container)) {
      return new Result(null, null, false);
    }
    try {
      findMain(container, mode);
      Attachment attachment = rooms.networks().begin(request(container));
      take(container, attachment);
      tell("connect", container);
      boolean ofHost = mode.equals("host");
      return new Result(ofHost ? null : attachment.namespace(), attachment.userNamespace(), ofHost);
    } catch (EngineException e) {
      throw Rewording.prefix("failed to set up container networking: ", e);
    }
  }

  /** The container may run when this returns. */
  void complete(Container container) {
    if (onNetworks(container)) {
      try {
        rooms.networks().complete(container.id);
      } catch (EngineException e) {
        throw Rewording.prefix("failed to set up container networking: ", e);
      }
    }
  }

  /**
   * Whether the runtime has to find the interfaces when it creates the container: a setting of one
   * is written by then.
   */
  static boolean firstOfAll(Container container) {
    Map<String, String> sysctls = container.host.sysctls();
    return sysctls != null
        && sysctls.keySet().stream()
            .anyMatch(
                name ->
                    name.startsWith("net.") && (name.contains("conf") || name.contains("neigh")));
  }

  /** It may be on others by now, but the network it was made for has to be there still. */
  private void findMain(Container container, String mode) {
    if (!container.networks.isEmpty() && !container.networks.containsKey(mode)) {
      try {
        var unused = rooms.networks().get(mode);
      } catch (NotFound e) {
        throw Rewording.prefix("could not find a network matching network mode " + mode + ": ", e);
      }
    }
  }

  /** Writes down what the networks gave. */
  static void take(Container container, Attachment attachment) {
    container.networks = Endpoints.live(container.networks, attachment.endpoints());
    container.ports = attachment.ports();
    container.sandboxKey = attachment.namespace().toString();
    container.sandboxId = attachment.sandboxId();
    container.resolver = attachment.resolver();
  }

  /** Publishes a network event for one network. */
  void tell(String action, Container container, String network, String id) {
    rooms.events().network(action, id, network, driver(network), container);
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
        container.host.dns() == null ? List.of() : container.host.dns(),
        Endpoints.asked(container),
        exposed,
        bindings == null ? Map.of() : bindings,
        container.host.publishAllPorts(),
        rooms.remaps(container),
        joined(container));
  }

  /** Who sees another's processes or memory is in its user namespace. */
  private @Nullable Path joined(Container container) {
    Path joined = null;
    for (String mode : List.of(container.host.pidMode(), container.host.ipcMode())) {
      if (rooms.remaps(container) && mode.startsWith("container:")) {
        Container other = rooms.index().get(mode.substring("container:".length()));
        rooms.checkSameIds(container, "PID or IPC", other);
        if (other.alive()) {
          joined = Path.of("/proc/" + other.state.pid() + "/ns/user");
        }
      }
    }
    return joined;
  }

  private Result join(Container container, String ref) {
    Container other;
    try {
      other = rooms.index().get(ref);
    } catch (NotFound e) {
      throw new SystemFailure("joining network namespace of container: " + e.getMessage(), e);
    }
    if (!other.alive()) {
      throw new Conflict(
          "cannot join network namespace of a non running container: container %s is %s"
              .formatted(other.plainName(), other.state.status()));
    }
    rooms.checkSameIds(container, "network", other);
    if (other.host.networkMode().equals("host")) {
      return new Result(null, null, true);
    }
    Path namespaces = Path.of("/proc/" + other.state.pid() + "/ns");
    return new Result(namespaces.resolve("net"), namespaces.resolve("user"), false);
  }
}
