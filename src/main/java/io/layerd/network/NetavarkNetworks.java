package io.layerd.network;

import io.layerd.error.EngineException;
import io.layerd.error.SystemFailure;
import io.layerd.network.AttachmentState.EndpointState;
import io.layerd.spec.EndpointSettings;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The network service: tables in memory and on disk, wires by netavark. */
final class NetavarkNetworks implements NetworkService {
  private static final Logger LOG = Logger.getLogger(NetavarkNetworks.class);

  private final NetworkTable table;
  private final NetNamespaces namespaces;
  private final AttachmentStore store;
  private final Wiring wiring;
  private final Keepers keepers;
  private final AddressPools addresses = new AddressPools();
  private final PortTable ports = new PortTable();

  NetavarkNetworks(
      NetworkOptions options,
      NetworkTable table,
      NetNamespaces namespaces,
      AttachmentStore store,
      Netavark netavark) {
    this.table = table;
    this.namespaces = namespaces;
    this.store = store;
    this.wiring = new Wiring(table, namespaces, netavark);
    this.keepers = new Keepers(options.linger(), addresses, namespaces, store, wiring);
    for (AttachmentState state : store.all()) {
      wiring.remember(state);
      for (EndpointState endpoint : state.endpoints()) {
        if (!endpoint.address().isEmpty()) {
          addresses.reserve(endpoint.networkId(), endpoint.address());
        }
      }
      state.ports().forEach(port -> ports.reserve(state.containerId(), port));
    }
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
      for (EndpointState end : state.endpoints()) {
        if (end.networkId().equals(network.id()) && !state.keeper()) {
          String address = end.address().isEmpty() ? "" : end.address() + "/" + end.prefix();
          containers.put(
              state.containerId(),
              new Endpoint(state.containerName(), end.endpointId(), end.mac(), address, ""));
        }
      }
    }
    return network.view(containers);
  }

  @Override
  public String hostGateway() {
    return table.get("bridge").gateway().addressText();
  }

  @Override
  public void validate(Map<String, EndpointSettings> networks) {
    for (NetworkRecord network : table.all()) {
      Endpoints.check(network, networks.get(network.name()));
    }
  }

  @Override
  public Attachment connect(ConnectRequest request) {
    disconnect(request.containerId());
    return attach(request);
  }

  private Attachment attach(ConnectRequest request) {
    List<EndpointState> endpoints = Endpoints.give(request.networks(), table, addresses);
    AttachmentState state;
    try {
      state = plan(request, endpoints);
    } catch (RuntimeException e) {
      Endpoints.release(endpoints, addresses);
      throw e;
    }
    try {
      store.put(state);
      if (!state.hostNamespace()) {
        namespaces.create(state.namespacePath().getFileName().toString());
        wiring.plug(state);
      }
      return state.view();
    } catch (RuntimeException e) {
      try {
        takeBack(state);
      } catch (RuntimeException later) {
        LOG.warnf("network of %s is not taken back: %s", state.containerId(), later.getMessage());
        e.addSuppressed(later);
      }
      throw e;
    }
  }

  private AttachmentState plan(ConnectRequest request, List<EndpointState> endpoints) {
    boolean bridged = endpoints.stream().anyMatch(endpoint -> !endpoint.address().isEmpty());
    boolean host =
        endpoints.stream().anyMatch(end -> table.get(end.networkId()).driver().equals("host"));
    List<PublishedPort> published = bridged ? publish(request, endpoints) : List.of();
    String sandbox = RandomId.hex64();
    Path namespace = host ? namespaces.host() : namespaces.path(sandbox.substring(0, 12));
    return new AttachmentState(
        request.containerId(),
        request.containerName(),
        sandbox,
        namespace.toString(),
        host,
        endpoints,
        bridged ? List.copyOf(request.exposed()) : List.of(),
        published,
        bridged
            ? NetavarkRequest.of(
                request.containerId(), request.containerName(), endpoints, published, table::get)
            : null,
        false,
        AttachmentStore.bootId());
  }

  private List<PublishedPort> publish(ConnectRequest request, List<EndpointState> endpoints) {
    List<PortWish> wishes =
        PortWish.of(request.exposed(), request.bindings(), request.publishAll());
    EndpointState first = endpoints.getFirst();
    try {
      return ports.publish(request.containerId(), wishes, first.address());
    } catch (SystemFailure e) {
      throw new SystemFailure(
          "driver failed programming external connectivity on endpoint %s (%s): %s"
              .formatted(request.containerName(), first.endpointId(), e.getMessage()),
          e);
    }
  }

  @Override
  public void disconnect(String containerId) {
    AttachmentState state = store.find(containerId);
    if (state == null || state.keeper()) {
      return;
    }
    takeBack(state);
    state.endpoints().forEach(endpoint -> keepers.idle(endpoint.networkId()));
  }

  private void takeBack(AttachmentState state) {
    takeBack(state, true);
  }

  private void takeBack(AttachmentState state, boolean keep) {
    wiring.unplug(
        state,
        network -> {
          if (keep) {
            keepers.add(network);
          }
        });
    if (!state.hostNamespace()) {
      namespaces.remove(state.namespacePath());
    }
    store.remove(state.containerId());
    state.ports().forEach(ports::release);
    Endpoints.release(state.endpoints(), addresses);
  }

  @Override
  public @Nullable Attachment find(String containerId) {
    AttachmentState state = store.find(containerId);
    return state == null || state.keeper() ? null : state.view();
  }

  @Override
  public void recover(Set<String> runningContainers) {
    for (AttachmentState state : store.all()) {
      if (!runningContainers.contains(state.containerId())) {
        try {
          if (state.keeper()) {
            keepers.remove(state);
          } else {
            takeBack(state, false);
          }
        } catch (EngineException e) {
          LOG.warnf("network of %s is not taken back: %s", state.containerId(), e.getMessage());
        }
      } else {
        ports.holdAgain(state.ports(), state.firstAddress());
      }
    }
  }

  @Override
  public void close() {
    keepers.close();
    ports.close();
    namespaces.close();
  }
}
