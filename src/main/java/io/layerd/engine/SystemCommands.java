package io.layerd.engine;

import io.layerd.container.ContainerService.Counts;
import io.layerd.container.ContainerSnapshot;
import io.layerd.events.Event;
import io.layerd.image.ImageService.Summary;
import io.layerd.runtime.RuntimeInfo;
import io.layerd.volume.Volume;
import io.smallrye.mutiny.Uni;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
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

  Uni<DiskUsage> diskUsage();

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

  /**
   * @param volumeBytes by volume name
   */
  record DiskUsage(
      long layersBytes,
      List<Summary> images,
      List<ContainerSnapshot> containers,
      List<Volume> volumes,
      Map<String, Long> volumeBytes,
      Map<String, Integer> volumeUsers) {}
}
