package io.layerd.api.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.layerd.engine.SystemCommands.DiskUsage;
import java.time.Instant;
import java.util.List;

/** {@code GET /system/df}. There is no build cache yet, so its list is empty. */
public record DiskUsageAnswer(
    @JsonProperty("LayersSize") long layersSize,
    @JsonProperty("Images") List<ImageSummary> images,
    @JsonProperty("Containers") List<ContainerSummary> containers,
    @JsonProperty("Volumes") List<VolumeItem> volumes,
    @JsonProperty("BuildCache") List<String> buildCache) {
  public static DiskUsageAnswer of(DiskUsage usage, Instant now, int minor) {
    return new DiskUsageAnswer(
        usage.layersBytes(),
        usage.images().stream().map(ImageSummary::inUsage).toList(),
        usage.containers().stream()
            .map(container -> ContainerSummary.of(container, now, minor))
            .toList(),
        usage.volumes().stream()
            .map(
                volume ->
                    VolumeItem.of(
                        volume,
                        new VolumeItem.Usage(
                            usage.volumeUsers().getOrDefault(volume.name(), 0),
                            usage.volumeBytes().getOrDefault(volume.name(), 0L))))
            .toList(),
        List.of());
  }
}
