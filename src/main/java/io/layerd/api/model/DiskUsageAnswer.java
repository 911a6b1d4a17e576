package io.layerd.api.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.layerd.engine.SystemCommands.DiskUsage;
import io.layerd.engine.SystemCommands.VolumeUsage;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** {@code GET /system/df}; what was not asked for is null. */
public record DiskUsageAnswer(
    @JsonProperty("LayersSize") long layersSize,
    @JsonProperty("Images") @Nullable List<ImageSummary> images,
    @JsonProperty("Containers") @Nullable List<ContainerSummary> containers,
    @JsonProperty("Volumes") @Nullable List<VolumeItem> volumes,
    @JsonProperty("BuildCache") @Nullable List<BuildCacheItem> buildCache) {
  public static DiskUsageAnswer of(DiskUsage usage, Instant now, int minor) {
    return new DiskUsageAnswer(
        usage.layersBytes(),
        images(usage),
        usage.containers() == null
            ? null
            : usage.containers().stream()
                .map(container -> ContainerSummary.of(container, now, minor))
                .toList(),
        usage.volumes() == null
            ? null
            : usage.volumes().stream().map(DiskUsageAnswer::volume).toList(),
        usage.buildCache() == null
            ? null
            : usage.buildCache().stream().map(BuildCacheItem::of).toList());
  }

  private static @Nullable List<ImageSummary> images(DiskUsage usage) {
    return usage.images() == null
        ? null
        : Stream.concat(
                usage.images().stream().map(ImageSummary::inUsage),
                usage.damaged().stream().map(ImageSummary::damaged))
            .toList();
  }

  private static VolumeItem volume(VolumeUsage usage) {
    return VolumeItem.of(usage.volume(), new VolumeItem.Usage(usage.users(), usage.sizeBytes()));
  }
}
