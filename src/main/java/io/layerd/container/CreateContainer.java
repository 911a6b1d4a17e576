package io.layerd.container;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.layerd.container.ContainerService.Created;
import io.layerd.error.Conflict;
import io.layerd.error.EngineException;
import io.layerd.error.InvalidParameter;
import io.layerd.error.NotFound;
import io.layerd.image.ImageService.Image;
import io.layerd.metrics.EngineMetrics;
import io.layerd.oci.Platform;
import io.layerd.oci.PlatformMatcher;
import io.layerd.runtime.ContainerRuntime.CheckedHost;
import io.layerd.security.Labels;
import io.layerd.spec.ContainerConfig;
import io.layerd.spec.Empty;
import io.layerd.spec.EndpointSettings;
import io.layerd.spec.HostConfig;
import io.layerd.spec.NetworkingConfig;
import io.layerd.spec.PortBinding;
import io.layerd.spec.SpecJson;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Makes a container: checks, name, layers, volumes, files. All or nothing. */
final class CreateContainer {
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Rooms rooms;
  private final WorkingDirectory directories;
  private final VolumeCopyUp copyUp;
  private final Links links;
  private final LabelPlan labelling;

  CreateContainer(Rooms rooms) {
    this.rooms = rooms;
    this.directories = new WorkingDirectory(rooms);
    this.copyUp = new VolumeCopyUp(rooms);
    this.links = new Links(rooms);
    this.labelling = new LabelPlan(rooms);
  }

  Created create(CreateRequest request) {
    long start = System.nanoTime();
    ContainerConfig asked = request.config();
    if (asked == null || isEmpty(asked)) {
      throw new InvalidParameter("config cannot be empty in order to create a container");
    }
    HostConfig host = request.host() == null ? HostDefaults.empty() : request.host();
    List<String> warnings = new ArrayList<>();
    ConfigChecks.check(asked, host, warnings);
    warnings.addAll(HostChecks.check(host, rooms.index()));
    List<Link> linked = links.resolve(host);
    HostConfig full = JoinedNamespaces.pin(HostDefaults.apply(host, rooms.log()), rooms.index());
    CheckedHost checked = rooms.runtime().check(labelling.join(full));
    warnings.addAll(checked.warnings());
    host = checked.host();
    Map<String, EndpointSettings> endpoints = endpoints(host, asked, request.networking());
    rooms.networks().validate(endpoints);
    Image image = image(asked.image(), request.platform());
    ContainerConfig config = ConfigMerge.merge(asked, image.config());

    String id = randomId();
    String name = reserveName(request.name(), id);
    try {
      build(id, name, image, defaults(config, host, id, endpoints), host, endpoints, linked);
    } catch (RuntimeException | Error e) {
      rooms.index().release(name, id);
      throw e;
    }
    EngineMetrics.CONTAINER_CREATE.since(start);
    return new Created(id, warnings);
  }

  private void build(
      String id,
      String name,
      Image image,
      ContainerConfig config,
      HostConfig host,
      Map<String, EndpointSettings> endpoints,
      List<Link> linked) {
    Map<String, String> storage = host.storageOpt() == null ? Map.of() : host.storageOpt();
    MountPlan mounts = new MountPlan(rooms, id);
    Labels labels = labelling.take(host);
    try {
      Map<String, StoredContainer.Mount> planned = mounts.plan(host, config);
      rooms.layers().createReadWrite(id, image.chainId(), storage);
      Path directory = rooms.files().create(id);
      Container container =
          new Container(
              stored(id, name, image, config, planned, endpoints, labels), host, directory);
      container.links = linked;
      directories.make(container);
      copyUp.fill(container);
      rooms.files().saveAll(container);
      rooms.index().add(container);
      links.register(container);
      rooms.events().publish(container, "create");
    } catch (RuntimeException | Error e) {
      rooms.files().discard(id);
      rooms.layers().removeReadWrite(id);
      mounts.undo();
      rooms.selinux().release(labels);
      throw e;
    }
  }

  private StoredContainer stored(
      String id,
      String name,
      Image image,
      ContainerConfig config,
      Map<String, StoredContainer.Mount> mounts,
      Map<String, EndpointSettings> endpoints,
      Labels labels) {
    List<String> words = new ArrayList<>();
    if (config.entrypoint() != null) {
      words.addAll(config.entrypoint());
    }
    if (config.cmd() != null) {
      words.addAll(config.cmd());
    }
    return new StoredContainer(
        Empty.VALUE,
        StoredContainer.State.of(ContainerState.created(), null),
        id,
        GoTime.now(),
        false,
        words.getFirst(),
        List.copyOf(words.subList(1, words.size())),
        config,
        image.id().toString(),
        null,
        new StoredContainer.Network(
            "", "", "", false, "", 0, stored(endpoints), null, null, null, null, false),
        "",
        name,
        rooms.layers().driverName(),
        "linux",
        image.platform(),
        0,
        false,
        false,
        mounts,
        null,
        null,
        labels.mount(),
        labels.process(),
        "",
        "",
        false,
        null,
        "",
        "",
        "",
        "",
        Map.of("HaveNotifyEnabled", false));
  }

  private static Map<String, ObjectNode> stored(Map<String, EndpointSettings> endpoints) {
    return StoredEndpoints.of(Endpoints.withoutMacs(endpoints), Endpoints.macs(endpoints));
  }

  /** By the networks' names, however they were called. */
  private Map<String, EndpointSettings> endpoints(
      HostConfig host, ContainerConfig config, @Nullable NetworkingConfig networking) {
    Map<String, EndpointSettings> endpoints = new TreeMap<>();
    Map<String, EndpointSettings> asked = networking == null ? null : networking.endpointsConfig();
    if (asked != null) {
      asked.forEach(
          (network, settings) -> {
            if (settings == null) {
              throw new InvalidParameter(
                  "invalid config for network " + network + ": EndpointsConfig is nil");
            }
            endpoints.put(networkName(network), settings);
          });
    }
    if (config.networkDisabled()) {
      endpoints.clear();
    } else if (!host.networkMode().startsWith("container:")) {
      String mode = networkName(host.networkMode());
      endpoints.putIfAbsent(mode, Endpoints.blank());
      if (!config.macAddress().isEmpty()) {
        endpoints.computeIfPresent(mode, (_, one) -> Endpoints.withMac(one, config.macAddress()));
      }
    }
    return endpoints;
  }

  private String networkName(String nameOrId) {
    try {
      return rooms.networks().get(nameOrId).name();
    } catch (EngineException e) {
      // Not there yet, or not clear: a start says so.
      return nameOrId;
    }
  }

  private static boolean isEmpty(ContainerConfig config) {
    return config.image().isEmpty()
        && config.cmd() == null
        && config.entrypoint() == null
        && config.env() == null;
  }

  private Image image(String reference, @Nullable Platform wanted) {
    Image image = rooms.images().get(reference);
    Platform offered = image.platform();
    if (wanted != null && offered != null && new PlatformMatcher(wanted).rank(offered) < 0) {
      throw new NotFound(
          "image with reference %s was found but its platform (%s) does not match the specified platform (%s)"
              .formatted(
                  reference, PlatformMatcher.format(offered), PlatformMatcher.format(wanted)));
    }
    return image;
  }

  private ContainerConfig defaults(
      ContainerConfig config, HostConfig host, String id, Map<String, EndpointSettings> endpoints) {
    Map<String, Object> set = new TreeMap<>();
    EndpointSettings main = endpoints.get(networkName(host.networkMode()));
    if (main != null && !main.macAddress().isEmpty()) {
      set.put("MacAddress", main.macAddress());
    }
    if (config.hostname().isEmpty()) {
      boolean hostName = host.networkMode().equals("host") || host.utsMode().equals("host");
      set.put("Hostname", hostName ? hostName() : id.substring(0, 12));
    }
    if (host.portBindings() != null && !host.portBindings().isEmpty()) {
      // A published port counts as exposed.
      Map<String, Empty> exposed =
          config.exposedPorts() == null ? new TreeMap<>() : new TreeMap<>(config.exposedPorts());
      for (Map.Entry<String, List<PortBinding>> binding : host.portBindings().entrySet()) {
        exposed.putIfAbsent(binding.getKey(), Empty.VALUE);
      }
      set.put("ExposedPorts", exposed);
    }
    if (config.labels() == null) {
      set.put("Labels", Map.of());
    }
    return set.isEmpty() ? config : SpecJson.change(config, ContainerConfig.class, set);
  }

  private static String hostName() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
    } catch (IOException e) {
      return InetAddress.getLoopbackAddress().getHostName();
    }
  }

  private String reserveName(@Nullable String asked, String id) {
    if (asked != null && !asked.isEmpty()) {
      String name = ContainerIndex.checkName(asked);
      rooms.index().reserve(name, id);
      return name;
    }
    for (int attempt = 0; attempt < 20; attempt++) {
      String name = "/" + Names.random(attempt);
      try {
        rooms.index().reserve(name, id);
        return name;
      } catch (Conflict taken) {
        continue;
      }
    }
    String name = "/" + id.substring(0, 12);
    rooms.index().reserve(name, id);
    return name;
  }

  /** 64 hexadecimal digits; the short form must not look like a decimal number. */
  static String randomId() {
    byte[] bytes = new byte[32];
    while (true) {
      RANDOM.nextBytes(bytes);
      String id = HexFormat.of().formatHex(bytes);
      if (id.substring(0, 12).chars().anyMatch(c -> c >= 'a')) {
        return id;
      }
    }
  }
}
