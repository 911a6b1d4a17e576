package io.layerd.engine;

import io.layerd.container.ListQuery;
import io.layerd.engine.worker.LaneGroup;
import io.layerd.image.DamagedImage;
import io.layerd.image.ImageService.Summary;
import io.layerd.layer.Layer;
import io.layerd.metrics.EngineMetrics;
import io.layerd.runtime.RuntimeInfo;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

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
    long start = System.nanoTime();
    String operatingSystem = HostFacts.osRelease("PRETTY_NAME");
    EngineMetrics.INFO_OPERATING_SYSTEM.since(start);
    long second = System.nanoTime();
    String version = HostFacts.osRelease("VERSION_ID");
    EngineMetrics.INFO_OS_VERSION.since(second);
    SystemInfo info = gather(operatingSystem, version);
    EngineMetrics.INFO_SYSTEM.since(start);
    return info;
  }

  private SystemInfo gather(String operatingSystem, String version) {
    return new SystemInfo(
        parts.containers().counts(),
        parts.images().count(),
        parts.layers().driverName(),
        parts.layers().driverStatus(),
        parts.runtime().info(),
        operatingSystem,
        version,
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
        warnings());
  }

  private List<String> warnings() {
    List<String> warnings = new ArrayList<>();
    if (!HostFacts.ipv4Forwarding()) {
      warnings.add("WARNING: IPv4 forwarding is disabled");
    }
    Stream.concat(
            parts.images().damaged().stream().map(DamagedImage::text),
            parts.layers().damaged().stream())
        .map(text -> "WARNING: damaged and not used, see layerd fsck: " + text)
        .forEach(warnings::add);
    return warnings;
  }

  @Override
  public RuntimeInfo runtime() {
    return parts.runtime().info();
  }

  @Override
  public Uni<Void> events(EventQuery query, EventSink sink) {
    return events.run(query, sink);
  }

  @Override
  public Uni<DiskUsage> diskUsage(Set<UsageType> types) {
    boolean images = types.contains(UsageType.IMAGE);
    return Uni.combine()
        .all()
        .unis(
            part(storage, images, "disk usage of images", this::images),
            part(
                storage,
                types.contains(UsageType.CONTAINER),
                "disk usage of containers",
                () -> parts.containers().list(new ListQuery(true, 0, true, Map.of()))),
            part(storage, types.contains(UsageType.VOLUME), "disk usage of volumes", this::volumes),
            part(
                storage,
                types.contains(UsageType.BUILD_CACHE),
                "disk usage of builds",
                () -> parts.builder().caches().list()))
        .with(
            (measured, containers, volumes, caches) ->
                new DiskUsage(
                    measured.map(ImageUsage::layersBytes).orElse(0L),
                    measured.map(ImageUsage::images).orElse(null),
                    measured.map(ImageUsage::damaged).orElse(List.of()),
                    containers.orElse(null),
                    volumes.orElse(null),
                    caches.orElse(null)));
  }

  private static <T> Uni<Optional<T>> part(
      LaneGroup lanes, boolean wanted, String name, Callable<T> work) {
    return wanted
        ? Unis.onLane(lanes, name, work).map(Optional::of)
        : Uni.createFrom().item(Optional.empty());
  }

  private record ImageUsage(long layersBytes, List<Summary> images, List<DamagedImage> damaged) {}

  private ImageUsage images() {
    List<Summary> images = parts.images().list(true, true, Map.of());
    long bytes = parts.layers().all().stream().mapToLong(Layer::sizeBytes).sum();
    return new ImageUsage(bytes, images, parts.images().damaged());
  }

  private List<VolumeUsage> volumes() {
    // Without those that have options: what is mounted there may be far away.
    return parts.volumes().list().stream()
        .filter(volume -> volume.options().isEmpty())
        .parallel()
        .map(
            volume ->
                new VolumeUsage(
                    volume,
                    parts.volumes().sizeBytes(volume),
                    parts.volumes().users(volume.name()).size()))
        .toList();
  }

  @Override
  public Map<String, Integer> queueDepths() {
    return parts.lanes().queueDepths();
  }
}
