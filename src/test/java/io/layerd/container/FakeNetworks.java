package io.layerd.container;

import io.layerd.error.NotFound;
import io.layerd.error.SystemFailure;
import io.layerd.network.NetworkService;
import io.layerd.spec.EndpointSettings;
import io.layerd.spec.SpecJson;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The bridge, and who is on it. */
final class FakeNetworks implements NetworkService {
  final Map<String, Attachment> attached = new ConcurrentHashMap<>();
  final Map<String, String> renamed = new ConcurrentHashMap<>();
  volatile boolean full;

  /** Whether wires cannot be made. */
  volatile boolean broken;

  /** Containers whose wires were not waited for yet. */
  final Set<String> begun = ConcurrentHashMap.newKeySet();

  @Override
  public List<Network> list() {
    return List.of(get("bridge"), get("host"), get("none"));
  }

  @Override
  public Network get(String nameOrId) {
    String name = nameOrId.startsWith("id-") ? nameOrId.substring(3) : nameOrId;
    if (!Set.of("bridge", "host", "none").contains(name)) {
      throw new NotFound("network " + nameOrId + " not found");
    }
    return new Network(
        "id-" + name,
        name,
        name.equals("none") ? "null" : name,
        "local",
        Instant.EPOCH,
        true,
        false,
        false,
        false,
        false,
        "",
        "default",
        null,
        List.of(),
        Map.of(),
        Map.of(),
        Map.of());
  }

  @Override
  public String hostGateway() {
    return "172.30.0.1";
  }

  @Override
  public void validate(Map<String, EndpointSettings> networks) {}

  @Override
  public void close() {}

  @Override
  public Attachment begin(ConnectRequest request) {
    request.networks().keySet().forEach(this::get);
    if (full) {
      throw new SystemFailure("no available IPv4 addresses on this network's address pools");
    }
    Map<String, EndpointSettings> endpoints = new java.util.TreeMap<>();
    for (String name : request.networks().keySet()) {
      endpoints.put(
          name,
          SpecJson.read(
              SpecJson.MAPPER
                  .createObjectNode()
                  .put("NetworkID", "id-" + name)
                  .put("IPAddress", name.equals("bridge") ? "172.30.0.2" : "")
                  .put("IPPrefixLen", 16),
              EndpointSettings.class));
    }
    Attachment attachment =
        new Attachment(
            Path.of("/run/netns/" + request.containerId().substring(0, 12)),
            null,
            request.containerId(),
            false,
            endpoints,
            Map.of());
    attached.put(request.containerId(), attachment);
    begun.add(request.containerId());
    return attachment;
  }

  @Override
  public void complete(String containerId) {
    if (begun.remove(containerId) && broken) {
      attached.remove(containerId);
      throw new SystemFailure("no such device");
    }
  }

  @Override
  public Network create(NewNetwork request) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Network remove(String nameOrId) {
    throw new UnsupportedOperationException();
  }

  @Override
  public EndpointSettings plan(JoinRequest request, String network) {
    get(network);
    return request.settings();
  }

  @Override
  public Attachment join(JoinRequest request, String network) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Attachment leave(String containerId, String network) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void rename(String containerId, String name) {
    renamed.put(containerId, name);
  }

  @Override
  public void link(String containerId, Map<String, Set<String>> ports) {}

  @Override
  public void reload() {}

  @Override
  public void disconnect(String containerId) {
    begun.remove(containerId);
    attached.remove(containerId);
  }

  @Override
  public @Nullable Attachment find(String containerId) {
    return attached.get(containerId);
  }

  @Override
  public void recover(Set<String> runningContainers) {
    attached.keySet().retainAll(runningContainers);
  }
}
