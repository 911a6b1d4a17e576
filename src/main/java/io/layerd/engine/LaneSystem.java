package io.layerd.engine;

import io.layerd.container.ContainerSnapshot;
import io.layerd.container.ListQuery;
import io.layerd.engine.worker.LaneGroup;
import io.layerd.image.ImageService.Summary;
import io.layerd.layer.Layer;
import io.layerd.runtime.RuntimeInfo;
import io.layerd.volume.Volume;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Facts about the engine as a whole. */
final class LaneSystem implements SystemCommands {
  private final Engines.Parts parts;
  private final LaneGroup storage;
  private final EventStream events;

  LaneSystem(Engines.Parts parts) {
    this.parts = parts;
    this.storage = parts.lanes().storage();
    this.events = new EventStream(parts.events());
  }

  @Override
  public Uni<SystemInfo> info() {
    return Unis.onLane(parts.lanes().container(), "info", this::infoNow);
  }

  private SystemInfo infoNow() {
    return new SystemInfo(
        parts.containers().counts(),
        parts.images().count(),
        parts.layers().driverName(),
        parts.layers().driverStatus(),
        parts.runtime().info(),
        HostFacts.osRelease("PRETTY_NAME"),
        HostFacts.osRelease("VERSION_ID"),
        HostFacts.kernelVersion(),
        HostFacts.machine(),
        Runtime.getRuntime().availableProcessors(),
        HostFacts.memoryBytes(),
        HostFacts.hostName(),
        Instant.now(),
        HostFacts.openFiles(),
        HostFacts.threads(),
        parts.events().subscribers(),
        HostFacts.ipv4Forwarding(),
        HostFacts.ipv4Forwarding() ? List.of() : List.of("WARNING: IPv4 forwarding is disabled"));
  }

  @Override
  public RuntimeInfo runtime() {
    return parts.runtime().info();
  }

  @Override
  public Uni<Void> events(EventQuery query, EventSink sink) {
    return Unis.onVirtualThread("events", () -> events.run(query, sink));
  }

  @Override
  public Uni<DiskUsage> diskUsage() {
    return Unis.onLane(storage, "disk usage", this::diskUsageNow);
  }

  private DiskUsage diskUsageNow() {
    List<Summary> images = parts.images().list(true, true, Map.of());
    List<ContainerSnapshot> containers =
        parts.containers().list(new ListQuery(true, 0, true, Map.of()));
    List<Volume> volumes = parts.volumes().list();
    Map<String, Long> bytes = new HashMap<>();
    Map<String, Integer> users = new HashMap<>();
    for (Volume volume : volumes) {
      bytes.put(volume.name(), DirectorySize.bytes(volume.mountpoint()));
      users.put(volume.name(), parts.volumes().users(volume.name()).size());
    }
    long layers = parts.layers().all().stream().mapToLong(Layer::sizeBytes).sum();
    return new DiskUsage(layers, images, containers, volumes, bytes, users);
  }

  @Override
  public Map<String, Integer> queueDepths() {
    return parts.lanes().queueDepths();
  }
}
