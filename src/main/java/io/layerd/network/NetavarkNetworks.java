package io.layerd.network;

import io.layerd.error.EngineException;
import io.layerd.error.Forbidden;
import io.layerd.error.NotFound;
import io.layerd.metrics.EngineMetrics;
import io.layerd.network.AttachmentState.EndpointState;
import io.layerd.spec.EndpointSettings;
import io.layerd.spec.SpecJson;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The network service: tables in memory and on disk, wires by netavark. */
final class NetavarkNetworks implements NetworkService {
  private static final Logger LOG = Logger.getLogger(NetavarkNetworks.class);

  /** What the service is made of. */
  record Parts(
      NetworkTable table,
      DefaultPools pools,
      NetNamespaces namespaces,
      AttachmentStore store,
      Wiring wiring,
      ParentLinks parents,
      Firewall firewall,
      Resolvers resolvers,
      BridgeChoices choices) {}

  private final NetworkTable table;
  private final NetNamespaces namespaces;
  private final AttachmentStore store;
  private final Wiring wiring;
  private final ParentLinks parents;
  private final Firewall firewall;
  private final CreateNetwork creation;
  private final AddressPools addresses = new AddressPools();
  private final Attachments attachments;

  /** Held while networks come and go, so that none goes while a container gets a place on it. */
  private final Object changes = new Object();

  /**
   * Bridges and packet rules of the networks that were there before, which take netavark longer
   * than all the rest of a start takes: clients are answered meanwhile, and who needs a bridge
   * waits.
   */
  private volatile CompletableFuture<@Nullable Void> restoring =
      CompletableFuture.completedFuture(null);

  NetavarkNetworks(Parts parts) {
    this.table = parts.table();
    this.namespaces = parts.namespaces();
    this.store = parts.store();
    this.wiring = parts.wiring();
    this.parents = parts.parents();
    this.firewall = parts.firewall();
    this.creation = new CreateNetwork(table, parts.pools(), parts.choices().networkOptions());
    this.attachments = new Attachments(parts, addresses, changes);
  }

  @Override
  public List<Network> list() {
    return table.all().stream().map(this::view).toList();
  }

  @Override
  public Network get(String nameOrId) {
    return view(table.get(nameOrId));
  }

  private Network view(NetworkRecord network) {
    Map<String, Endpoint> containers = new LinkedHashMap<>();
    for (AttachmentState state : store.all()) {
      EndpointState end = state.on(network.id());
      if (end != null) {
        containers.put(
            state.containerId(),
            new Endpoint(
                state.containerName(),
                end.endpointId(),
                end.mac(),
                end.address().isEmpty() ? "" : end.address() + "/" + end.prefix(),
                end.address6().isEmpty() ? "" : end.address6() + "/" + end.prefix6()));
      }
    }
    return network.view(containers);
  }

  @Override
  public Network create(NewNetwork request) {
    restoring.join();
    synchronized (changes) {
      NetworkRecord network = creation.plan(request);
      // On disk first: a crash leaves a network that can be removed, not a bridge nobody knows.
      table.add(network);
      try {
        if (network.isBridge()) {
          wiring.bridge(network);
          firewall.update();
        } else {
          parents.make(network);
        }
      } catch (RuntimeException e) {
        table.remove(network.id());
        throw e;
      }
      return view(network);
    }
  }

  @Override
  public Network remove(String nameOrId) {
    restoring.join();
    synchronized (changes) {
      NetworkRecord network = table.get(nameOrId);
      if (network.isBuiltIn()) {
        throw new Forbidden(network.name() + " is a pre-defined network and cannot be removed");
      }
      Network view = view(network);
      if (!view.containers().isEmpty()) {
        String active =
            view.containers().values().stream()
                .map(
                    end ->
                        "name:\"%s\" id:\"%s\""
                            .formatted(end.name(), end.endpointId().substring(0, 12)))
                .sorted()
                .collect(Collectors.joining(", "));
        throw new Forbidden(
            "error while removing network: network %s has active endpoints (%s)"
                .formatted(network.name(), active));
      }
      List<String> users =
          table.all().stream()
              .filter(other -> network.configOnly() && other.configFrom().equals(network.name()))
              .map(NetworkRecord::name)
              .toList();
      if (!users.isEmpty()) {
        throw new Forbidden(
            "error while removing network: configuration network \""
                + network.name()
                + "\" is in use");
      }
      if (network.isBridge()) {
        wiring.removeBridge(network);
      } else {
        parents.remove(network, table.all());
      }
      table.remove(network.id());
      addresses.forget(network.id());
      firewall.update();
      return view;
    }
  }

  @Override
  public String hostGateway() {
    String gateway = table.get("bridge").ipv4().gateway();
    return gateway == null ? "" : gateway;
  }

  @Override
  public void validate(Map<String, EndpointSettings> networks) {
    networks.forEach(
        (name, wish) -> {
          try {
            NetworkRecord network = table.get(name);
            Endpoints.check("invalid config for network " + network.name() + ": ", network, wish);
          } catch (NotFound e) {
            LOG.tracef("found or not when the container is started: %s", e.getMessage());
          }
        });
  }

  @Override
  public Attachment begin(ConnectRequest request) {
    restoring.join();
    return attachments.begin(request);
  }

  @Override
  public void complete(String containerId) {
    attachments.complete(containerId);
  }

  @Override
  public EndpointSettings plan(JoinRequest request, String nameOrId) {
    NetworkRecord network = table.get(nameOrId);
    EndpointSettings asked = request.settings();
    Endpoints.check("", network, asked);
    List<String> names =
        network.hasNames()
            ? Endpoints.names(
                new Endpoints.Owner(
                    request.containerId(), request.containerName(), request.hostname()),
                asked.aliases())
            : null;
    Map<String, Object> changes = new java.util.HashMap<>();
    changes.put("DNSNames", names);
    return SpecJson.change(asked, EndpointSettings.class, changes);
  }

  @Override
  public Attachment join(JoinRequest request, String network) {
    restoring.join();
    return attachments.join(request, network);
  }

  @Override
  public Attachment leave(String containerId, String network) {
    restoring.join();
    return attachments.leave(containerId, network);
  }

  @Override
  public void rename(String containerId, String name) {
    restoring.join();
    attachments.rename(containerId, name);
  }

  @Override
  public void link(String containerId, Map<String, Set<String>> ports) {
    restoring.join();
    attachments.link(containerId, ports);
  }

  @Override
  public void disconnect(String containerId) {
    restoring.join();
    long start = System.nanoTime();
    if (attachments.disconnect(containerId)) {
      EngineMetrics.NETWORK_RELEASE.since(start);
    }
  }

  @Override
  public @Nullable Attachment find(String containerId) {
    return attachments.find(containerId);
  }

  @Override
  public void reload() {
    restoring.join();
    restoreRules();
  }

  private void restoreRules() {
    try {
      firewall.restore();
    } catch (EngineException e) {
      LOG.errorf("packet rules are not restored: %s", e.getMessage());
    }
  }

  @Override
  public void recover(Set<String> runningContainers) {
    for (AttachmentState state : store.all()) {
      if (!runningContainers.contains(state.containerId())) {
        try {
          attachments.takeBack(state);
        } catch (EngineException e) {
          LOG.warnf("network of %s is not taken back: %s", state.containerId(), e.getMessage());
        }
      } else {
        attachments.adopt(state);
      }
    }
    restoring =
        CompletableFuture.runAsync(
                this::restore,
                work -> Thread.ofPlatform().daemon().name("network-restore").start(work))
            .exceptionally(
                failure -> {
                  LOG.error("networks are not restored", failure);
                  return null;
                });
  }

  private void restore() {
    for (NetworkRecord network : table.all()) {
      try {
        if (network.isBridge()) {
          wiring.bridge(network);
        } else {
          parents.make(network);
        }
      } catch (EngineException e) {
        LOG.errorf("network %s has no interface: %s", network.name(), e.getMessage());
      }
    }
    wiring.sweep();
    restoreRules();
  }

  @Override
  public void close() {
    restoring.join();
    attachments.close();
    boolean idle = store.all().stream().allMatch(AttachmentState::hostNamespace);
    for (NetworkRecord network : table.all()) {
      boolean used = store.all().stream().anyMatch(state -> state.on(network.id()) != null);
      if (network.isBridge() && !used) {
        try {
          wiring.removeBridge(network);
        } catch (EngineException e) {
          LOG.warnf("bridge of %s stays: %s", network.name(), e.getMessage());
        }
      }
    }
    if (idle) {
      firewall.close();
    } else {
      firewall.update();
    }
    namespaces.close();
  }
}
