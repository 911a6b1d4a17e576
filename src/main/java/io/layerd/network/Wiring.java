package io.layerd.network;

import com.fasterxml.jackson.databind.JsonNode;
import io.layerd.error.EngineException;
import io.layerd.error.SystemFailure;
import io.layerd.network.AttachmentState.EndpointState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * Plugs namespaces into bridges and pulls them out again, through netavark, one at a time. Knows
 * who is on which bridge, so that the last one out takes the bridge and the rules with it.
 */
final class Wiring {
  private static final Logger LOG = Logger.getLogger(Wiring.class);

  private final NetworkTable table;
  private final NetNamespaces namespaces;
  private final Netavark netavark;
  private final Map<String, Set<String>> members = new HashMap<>();
  private final Set<String> forwarding = new HashSet<>();

  Wiring(NetworkTable table, NetNamespaces namespaces, Netavark netavark) {
    this.table = table;
    this.namespaces = namespaces;
    this.netavark = netavark;
  }

  /** Known from an earlier daemon. */
  void remember(AttachmentState state) {
    FirewallLock.locked(
        () -> {
          bridges(state).forEach(id -> members(id).add(state.containerId()));
          return null;
        });
  }

  /** On failure, {@link #unplug} takes back what was made. */
  void plug(AttachmentState state) {
    JsonNode request = state.request();
    if (request == null) {
      netavark.setup(state.namespacePath(), Netavark.emptyRequest(state.containerId()));
      return;
    }
    enableForwarding();
    FirewallLock.locked(
        () -> {
          List<String> bridges = bridges(state);
          bridges.forEach(id -> members(id).add(state.containerId()));
          Set<Path> before = state.ports().isEmpty() ? Set.of() : ports(bridges);
          netavark.setup(state.namespacePath(), request);
          if (!state.ports().isEmpty()) {
            ports(bridges).stream()
                .filter(port -> !before.contains(port))
                .forEach(BridgePorts::hairpin);
          }
          for (String id : bridges) {
            if (forwarding.add(id)) {
              ForwardRules.add(table.get(id));
            }
          }
          return null;
        });
    namespaces.inside(state.namespacePath(), () -> withoutIpv6(state));
  }

  private Set<Path> ports(List<String> bridges) {
    Set<Path> ports = new HashSet<>();
    bridges.forEach(id -> ports.addAll(BridgePorts.of(table.get(id).bridge())));
    return ports;
  }

  /** dockerd too leaves IPv6 on lo and takes it off interfaces without an IPv6 address. */
  private static void withoutIpv6(AttachmentState state) throws IOException {
    for (EndpointState endpoint : state.endpoints()) {
      Path file = Path.of("/proc/sys/net/ipv6/conf", endpoint.interfaceName(), "disable_ipv6");
      if (!endpoint.interfaceName().isEmpty() && Files.exists(file)) {
        Files.writeString(file, "1");
      }
    }
  }

  /**
   * Takes interfaces, addresses and rules back; safe to repeat.
   *
   * @param keeper called for each bridge that would go, before it goes; may put a keeper on it
   */
  void unplug(AttachmentState state, Consumer<NetworkRecord> keeper) {
    if (state.request() == null) {
      return;
    }
    FirewallLock.locked(
        () -> {
          List<String> bridges = bridges(state);
          for (String id : bridges) {
            if (Set.of(state.containerId()).equals(members(id))) {
              keeper.accept(table.get(id));
            }
          }
          teardown(state);
          boolean last = false;
          for (String id : bridges) {
            members(id).remove(state.containerId());
            if (members(id).isEmpty()) {
              ForwardRules.remove(table.get(id));
              forwarding.remove(id);
              last = true;
            }
          }
          if (last && members.values().stream().allMatch(Set::isEmpty)) {
            ForwardRules.removeBaseChains();
          }
          return null;
        });
  }

  /** The one on a bridge, if there is no other. */
  boolean isAlone(AttachmentState state) {
    return FirewallLock.locked(
        () ->
            bridges(state).stream()
                .allMatch(id -> Set.of(state.containerId()).equals(members(id))));
  }

  /**
   * netavark's teardown stops where an interface is missing, with rules still there. Then a scratch
   * namespace is given all of it, which adds nothing twice, and taken down again.
   */
  private void teardown(AttachmentState state) {
    Path namespace = state.namespacePath();
    var request = Objects.requireNonNull(state.request());
    if (namespaces.exists(namespace)) {
      try {
        netavark.teardown(namespace, request);
        return;
      } catch (EngineException e) {
        LOG.debugf("taking down %s once more: %s", state.containerId(), e.getMessage());
      }
    }
    Path scratch = namespaces.create("scratch-" + RandomId.hex64().substring(0, 12));
    try {
      netavark.setup(scratch, request);
      netavark.teardown(scratch, request);
    } finally {
      namespaces.remove(scratch);
    }
  }

  private Set<String> members(String networkId) {
    return members.computeIfAbsent(networkId, id -> new HashSet<>());
  }

  private static List<String> bridges(AttachmentState state) {
    return state.endpoints().stream()
        .filter(endpoint -> !endpoint.address().isEmpty())
        .map(EndpointState::networkId)
        .toList();
  }

  private static void enableForwarding() {
    Path file = Path.of("/proc/sys/net/ipv4/ip_forward");
    try {
      if (!ProcFile.read(file).equals("1")) {
        Files.writeString(file, "1");
      }
    } catch (IOException e) {
      throw new SystemFailure(
          "cannot enable IP forwarding: " + e.getMessage() + " (sysctl net.ipv4.ip_forward=1)", e);
    }
  }
}
