package io.layerd.container;

import io.layerd.error.Conflict;
import io.layerd.error.InvalidParameter;
import io.layerd.error.NotFound;
import io.layerd.error.SystemFailure;
import io.layerd.network.NetworkService.Attachment;
import io.layerd.network.NetworkService.JoinRequest;
import io.layerd.network.NetworkService.Network;
import io.layerd.spec.EndpointSettings;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Puts containers on networks and takes them off, whether they run or not. */
final class ChangeNetworks {
  private final Rooms rooms;
  private final NetworkPlan networks;
  private final EtcPlan etc;

  ChangeNetworks(Rooms rooms, NetworkPlan networks) {
    this.rooms = rooms;
    this.networks = networks;
    this.etc = new EtcPlan(rooms);
  }

  void join(Container container, String ref, @Nullable EndpointSettings asked) {
    container.lock.lock();
    try {
      Network network = rooms.networks().get(ref);
      if (container.state.removing() || container.state.dead()) {
        throw new Conflict(
            "Container "
                + container.id
                + " is marked for removal and cannot be connected or disconnected to the network "
                + network.name());
      }
      check(container, network);
      JoinRequest request =
          new JoinRequest(
              container.id,
              container.plainName(),
              container.config.hostname(),
              asked == null ? Endpoints.blank() : asked);
      EndpointSettings planned = rooms.networks().plan(request, network.id());
      Map<String, String> macs = new TreeMap<>(container.desiredMacs);
      if (container.alive()) {
        joinNow(container, network, request);
      } else {
        put(container, network, planned);
      }
      if (!planned.macAddress().isEmpty()) {
        macs.put(network.name(), planned.macAddress());
      }
      container.desiredMacs = macs;
      rooms.files().save(container);
    } finally {
      container.lock.unlock();
    }
  }

  private void joinNow(Container container, Network network, JoinRequest request) {
    Map<String, EndpointSettings> before = container.networks;
    boolean resolver = container.resolver;
    Attachment attachment = rooms.networks().join(request, network.id());
    Map<String, EndpointSettings> all = new TreeMap<>(before);
    all.put(network.name(), request.settings());
    container.networks = all;
    NetworkPlan.take(container, attachment);
    etc.changed(container, before, resolver);
    networks.tell("connect", container, network.name(), network.id());
  }

  private static void put(Container container, Network network, EndpointSettings planned) {
    Map<String, EndpointSettings> all = new TreeMap<>(container.networks);
    all.putAll(Endpoints.idle(Map.of(network.name(), planned)));
    container.networks = all;
  }

  private static void check(Container container, Network network) {
    String mode = container.host.networkMode();
    if (mode.startsWith("container:")) {
      throw new InvalidParameter(
          "container sharing network namespace with another container or host cannot be connected"
              + " to any other network");
    }
    if (network.driver().equals("host") || mode.equals("host")) {
      throw new InvalidParameter(
          network.driver().equals("host")
              ? "cannot connect container to host network - container must be created in host"
                  + " network mode"
              : "container sharing network namespace with another container or host cannot be"
                  + " connected to any other network");
    }
    if (network.driver().equals("null") || container.networks.containsKey("none")) {
      throw new InvalidParameter(
          "container cannot be connected to multiple networks with one of the networks in private"
              + " (none) mode");
    }
  }

  /**
   * @param force also take a running container off a network that is gone
   */
  void leave(Container container, String ref, boolean force) {
    container.lock.lock();
    try {
      Network network = find(ref);
      String name = network == null ? ref : network.name();
      EndpointSettings settings = container.networks.get(name);
      if (network == null && container.alive() && (settings == null || !force)) {
        throw new NotFound("network " + ref + " not found");
      }
      if (settings == null) {
        String the = container.alive() ? "" : "the ";
        throw new SystemFailure(
            "container %s is not connected to %snetwork %s".formatted(container.id, the, name));
      }
      if (name.equals("host") && container.host.networkMode().equals("host")) {
        throw new InvalidParameter(
            "cannot disconnect container from host network - container was created in host network"
                + " mode");
      }
      if (container.alive() && network != null) {
        leaveNow(container, network);
      }
      Map<String, EndpointSettings> rest = new TreeMap<>(container.networks);
      rest.remove(name);
      container.networks = rest;
      Map<String, String> macs = new TreeMap<>(container.desiredMacs);
      macs.remove(name);
      container.desiredMacs = macs;
      rooms.files().save(container);
    } finally {
      container.lock.unlock();
    }
  }

  private void leaveNow(Container container, Network network) {
    Map<String, EndpointSettings> before = container.networks;
    boolean resolver = container.resolver;
    Attachment attachment = rooms.networks().leave(container.id, network.id());
    NetworkPlan.take(container, attachment);
    etc.changed(container, before, resolver);
    networks.tell("disconnect", container, network.name(), network.id());
  }

  private @Nullable Network find(String ref) {
    try {
      return rooms.networks().get(ref);
    } catch (NotFound e) {
      return null;
    }
  }
}
