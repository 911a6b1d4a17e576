package io.layerd.engine;

import io.layerd.build.CacheMounts;
import io.layerd.container.ContainerService.Counts;
import io.layerd.container.ContainerSnapshot;
import io.layerd.events.Event;
import io.layerd.image.DamagedImage;
import io.layerd.image.ImageService.Summary;
import io.layerd.runtime.RuntimeInfo;
import io.layerd.volume.Volume;
import io.smallrye.mutiny.Uni;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code /info}, {@code /events}, {@code /system/df}. */
public interface SystemCommands {
  Uni<SystemInfo> info();

  /** Programs that run containers, for {@code /version}. */
  RuntimeInfo runtime();

  /**
   * Writes recorded and new events to the sink on a virtual thread; ends at {@code until} or when
   * cancelled. A sink that falls far behind is dropped: the Uni fails.
   */
  Uni<Void> events(EventQuery query, EventSink sink);

  /** Images, containers and volumes are measured side by side. */
  Uni<DiskUsage> diskUsage(Set<UsageType> types);

  /** Tasks that wait for a lane, by kind: {@code storage}, {@code container}. */
  Map<String, Integer> queueDepths();

  /**
   * @param filters type, event, container, image, network, volume, label, daemon, scope
   */
  record EventQuery(
      @Nullable Instant since, @Nullable Instant until, Map<String, List<String>> filters) {}

  /** Receives events; may block; throws when the client has gone. */
  interface EventSink {
    /** Called once before the first event, when the request is found valid. */
    default void open() throws IOException {}

    void write(Event event) throws IOException;
  }

  /**
   * @param name the host's name
   */
  record SystemInfo(
      Counts containers,
      int images,
      String driver,
      List<Map.Entry<String, String>> driverStatus,
      RuntimeInfo runtime,
      String operatingSystem,
      String osVersion,
      String kernelVersion,
      String architecture,
      int cpus,
      long memoryBytes,
      String name,
      Instant time,
      int openFiles,
      int threads,
      int eventListeners,
      boolean ipv4Forwarding,
      List<String> warnings) {}

  /** What disk usage is asked of. */
  enum UsageType {
    IMAGE,
    CONTAINER,
    VOLUME,
    BUILD_CACHE
  }

  /**
   * What takes how much room; what was not asked for is null.
   *
   * @param layersBytes of all layers, each once
   * @param damaged images that are left out, if images were asked for
   * @param buildCache what is not images of it
   */
  record DiskUsage(
      long layersBytes,
      @Nullable List<Summary> images,
      List<DamagedImage> damaged,
      @Nullable List<ContainerSnapshot> containers,
      @Nullable List<VolumeUsage> volumes,
      @Nullable List<CacheMounts.Entry> buildCache) {}

  /**
   * @param users containers that refer to it
   */
  record VolumeUsage(Volume volume, long sizeBytes, int users) {}
}
