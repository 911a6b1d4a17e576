package io.layerd.network;

import io.layerd.error.EngineException;
import io.layerd.error.Forbidden;
import io.layerd.error.NotFound;
import io.layerd.error.SystemFailure;
import io.layerd.metrics.EngineMetrics;
import io.layerd.network.AttachmentState.EndpointState;
import io.layerd.network.Endpoints.Owner;
import io.layerd.network.NetworkService.Attachment;
import io.layerd.network.NetworkService.ConnectRequest;
import io.layerd.network.NetworkService.JoinRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The places of containers on networks: given, wired, changed while they run, and taken back.
 * Callers serialise calls for one container.
 */
final class Attachments {
  private static final Logger LOG = Logger.getLogger(Attachments.class);

  private final NetworkTable table;
  private final NetNamespaces namespaces;
  private final AttachmentStore store;
  private final Wiring wiring;
  private final Firewall firewall;
  private final Resolvers resolvers;
  private final Endpoints endpoints;
  private final PortTable ports;
  private final BegunWires wires = new BegunWires();
  private final boolean proxy;

  /** Held while networks come and go, so that none goes while a container gets a place on it. */
  private final Object changes;

  Attachments(NetavarkNetworks.Parts parts, AddressPools addresses, Object changes) {
    this.table = parts.table();
    this.namespaces = parts.namespaces();
    this.store = parts.store();
    this.wiring = parts.wiring();
    this.firewall = parts.firewall();
    this.resolvers = parts.resolvers();
    this.endpoints = new Endpoints(table, addresses);
    this.changes = changes;
    this.proxy = parts.choices().userlandProxy();
    this.ports = new PortTable(proxy);
    for (AttachmentState state : store.all()) {
      endpoints.reserve(state.endpoints());
      state.ports().forEach(port -> ports.reserve(state.containerId(), port));
    }
  }

  /** Gives a container its places; the wires to them are made on a thread of their own. */
  Attachment begin(ConnectRequest request) {
    long start = System.nanoTime();
    var unused = disconnect(request.containerId());
    AttachmentState state = place(request);
    try {
      if (!state.hostNamespace() && state.remapped()) {
        namespaces.createRemapped(state.namespacePath(), request.joined());
      } else if (!state.hostNamespace()) {
        namespaces.create(state.namespacePath().getFileName().toString());
      }
      wires.begin(state, () -> make(state, start));
      return state.view();
    } catch (RuntimeException e) {
      takeBack(state, e);
      throw e;
    }
  }

  private void make(AttachmentState state, long start) {
    if (!state.hostNamespace()) {
      wire(state);
    }
    resolvers.start(state);
    EngineMetrics.NETWORK_ALLOCATE.since(start);
  }

  /** Waits for what was begun; if that failed, nothing of it is left. */
  void complete(String containerId) {
    try {
      wires.await(containerId);
    } catch (RuntimeException e) {
      AttachmentState state = store.find(containerId);
      if (state != null) {
        takeBack(state, e);
      }
      throw e;
    }
  }

  private void takeBack(AttachmentState state, RuntimeException why) {
    try {
      takeBack(state);
    } catch (RuntimeException later) {
      LOG.warnf("network of %s is not taken back: %s", state.containerId(), later.getMessage());
      why.addSuppressed(later);
    }
  }

  /** Gives addresses and ports, and writes down what is to be made. */
  private AttachmentState place(ConnectRequest request) {
    Owner owner = new Owner(request.containerId(), request.containerName(), request.hostname());
    synchronized (changes) {
      List<EndpointState> given = endpoints.give(owner, request.networks());
      AttachmentState state = null;
      try {
        state = publish(plan(request, given), request);
        store.put(state);
        return state;
      } catch (RuntimeException e) {
        if (state != null) {
          state.ports().forEach(ports::release);
        }
        endpoints.release(given);
        throw e;
      }
    }
  }

  private AttachmentState plan(ConnectRequest request, List<EndpointState> given) {
    boolean wired = given.stream().anyMatch(EndpointState::isWired);
    boolean host =
        given.stream().anyMatch(end -> table.get(end.networkId()).driver().equals("host"));
    String sandbox = RandomId.hex64();
    Path namespace = host ? namespaces.host() : namespaces.path(sandbox.substring(0, 12));
    return new AttachmentState(
        request.containerId(),
        request.containerName(),
        sandbox,
        namespace.toString(),
        host,
        request.dns(),
        given,
        wired ? List.copyOf(request.exposed()) : List.of(),
        List.of(),
        List.of(),
        false,
        AttachmentStore.bootId(),
        request.remapped() && !host);
  }

  private AttachmentState publish(AttachmentState state, ConnectRequest request) {
    String address = state.portAddress();
    if (address.isEmpty()) {
      return state;
    }
    EndpointState exit = state.exit(false) == null ? state.exit(true) : state.exit(false);
    String binding = exit == null ? "" : hostBinding(exit.networkId());
    List<PortWish> wishes =
        PortWish.of(request.exposed(), request.bindings(), request.publishAll()).stream()
            .map(wish -> wish.hostIp().isEmpty() ? wish.on(binding) : wish)
            .toList();
    try {
      return state.with(
          state.containerName(),
          state.endpoints(),
          ports.publish(request.containerId(), wishes, address));
    } catch (SystemFailure e) {
      throw new SystemFailure(
          "driver failed programming external connectivity on endpoint %s (%s): %s"
              .formatted(
                  request.containerName(), exit == null ? "" : exit.endpointId(), e.getMessage()),
          e);
    }
  }

  /** The address the network binds ports to; empty for all. */
  private String hostBinding(String networkId) {
    NetworkRecord network = table.byId(networkId);
    String binding = network == null ? "" : network.bridgeOptions().hostBinding();
    // Without a proxy nothing leads from IPv6 to a container that has only IPv4.
    boolean both = proxy || (network != null && network.enableIpv6());
    return binding.isEmpty() || binding.equals("0.0.0.0") ? (both ? "" : "0.0.0.0") : binding;
  }

  private void wire(AttachmentState state) {
    boolean wired = false;
    for (EndpointState endpoint : state.endpoints()) {
      if (endpoint.isWired()) {
        wired = true;
        wiring.plug(state, endpoint, table.get(endpoint.networkId()), !state.ports().isEmpty());
      }
    }
    if (wired) {
      wiring.routes(state);
      firewall.update();
      wiring.connections().forgetUdp(PublishedPort.udp(state.ports()));
    } else {
      wiring.loopback(state);
    }
  }

  Attachment join(JoinRequest request, String nameOrId) {
    Owner owner = new Owner(request.containerId(), request.containerName(), request.hostname());
    AttachmentState before;
    AttachmentState after;
    EndpointState added;
    NetworkRecord network;
    synchronized (changes) {
      network = table.get(nameOrId);
      before = running(request.containerId());
      if (before.on(network.id()) != null) {
        throw new Forbidden(
            "endpoint with name %s already exists in network %s"
                .formatted(request.containerName(), network.name()));
      }
      Endpoints.check("", network, request.settings());
      List<EndpointState> all = new ArrayList<>(before.endpoints());
      all.removeIf(end -> !end.isWired());
      added = endpoints.one(owner, network, request.settings(), all);
      all.add(added);
      after = before.with(before.containerName(), all, before.ports());
      store.put(after);
    }
    try {
      wiring.plug(after, added, network, !after.ports().isEmpty());
      changed(before, after);
      return after.view();
    } catch (RuntimeException e) {
      leave(request.containerId(), network.id());
      throw e;
    }
  }

  Attachment leave(String containerId, String nameOrId) {
    AttachmentState before = running(containerId);
    NetworkRecord network = table.get(nameOrId);
    EndpointState gone = before.on(network.id());
    if (gone == null) {
      return before.view();
    }
    List<EndpointState> rest = new ArrayList<>(before.endpoints());
    rest.remove(gone);
    AttachmentState after = before.with(before.containerName(), rest, before.ports());
    wiring.unplug(before, List.of(gone));
    wiring.connections().forget(Conntrack.addresses(List.of(gone)));
    store.put(after);
    endpoints.release(List.of(gone));
    changed(before, after);
    return after.view();
  }

  private void changed(AttachmentState before, AttachmentState after) {
    wiring.routes(after);
    firewall.update();
    String address = after.portAddress();
    if (!address.isEmpty() && !before.portAddress().equals(address)) {
      ports.holdAgain(after.ports(), address);
    }
    resolvers.start(after);
  }

  private AttachmentState running(String containerId) {
    AttachmentState state = store.find(containerId);
    if (state == null) {
      throw new NotFound("container " + containerId + " has no network");
    }
    return state;
  }

  void rename(String containerId, String name) {
    AttachmentState state = store.find(containerId);
    if (state == null) {
      return;
    }
    List<EndpointState> renamed = new ArrayList<>();
    for (EndpointState end : state.endpoints()) {
      List<String> names = end.dnsNames() == null ? null : new ArrayList<>(end.dnsNames());
      if (names != null) {
        names.replaceAll(one -> one.equals(state.containerName()) ? name : one);
      }
      renamed.add(end.named(names));
    }
    store.put(state.with(name, renamed, state.ports()));
  }

  void link(String containerId, Map<String, Set<String>> ports) {
    AttachmentState state = store.find(containerId);
    if (state != null && !state.endpoints().isEmpty()) {
      List<AttachmentState.LinkedTo> links = new ArrayList<>();
      ports.forEach((id, open) -> links.add(new AttachmentState.LinkedTo(id, List.copyOf(open))));
      store.put(state.linked(links));
      firewall.update();
    }
  }

  boolean disconnect(String containerId) {
    wires.settle(containerId);
    AttachmentState state = store.find(containerId);
    if (state == null) {
      return false;
    }
    takeBack(state);
    return true;
  }

  void takeBack(AttachmentState state) {
    resolvers.stop(state.containerId());
    if (!state.hostNamespace()) {
      wiring.unplug(state, state.endpoints());
      namespaces.remove(state.namespacePath());
      wiring.connections().forget(Conntrack.addresses(state.endpoints()));
    }
    store.remove(state.containerId());
    if (!state.ports().isEmpty() || store.all().stream().anyMatch(s -> !s.links().isEmpty())) {
      firewall.update();
    }
    state.ports().forEach(ports::release);
    endpoints.release(state.endpoints());
  }

  @Nullable Attachment find(String containerId) {
    AttachmentState state = store.find(containerId);
    return state == null ? null : state.view();
  }

  /** A container that ran on while there was no daemon. */
  void adopt(AttachmentState state) {
    if (!state.portAddress().isEmpty()) {
      ports.holdAgain(state.ports(), state.portAddress());
    }
    try {
      resolvers.start(state);
    } catch (EngineException e) {
      LOG.errorf("container %s has no resolver: %s", state.containerName(), e.getMessage());
    }
  }

  /** Lets go of sockets; containers keep their networks. */
  void close() {
    resolvers.close();
    ports.close();
  }
}
