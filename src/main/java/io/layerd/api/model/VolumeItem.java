package io.layerd.api.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.layerd.volume.Volume;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A volume, in lists and alone. */
public record VolumeItem(
    @JsonProperty("CreatedAt") String createdAt,
    @JsonProperty("Driver") String driver,
    @JsonProperty("Labels") @Nullable Map<String, String> labels,
    @JsonProperty("Mountpoint") String mountpoint,
    @JsonProperty("Name") String name,
    @JsonProperty("Options") @Nullable Map<String, String> options,
    @JsonProperty("Scope") String scope,
    @JsonProperty("UsageData") @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Usage usage) {
  public record Usage(@JsonProperty("RefCount") int references, @JsonProperty("Size") long size) {}

  /** {@code GET /volumes}. */
  public record Listing(
      @JsonProperty("Volumes") List<VolumeItem> volumes,
      @JsonProperty("Warnings") @Nullable List<String> warnings) {}

  public static VolumeItem of(Volume volume, @Nullable Usage usage) {
    return new VolumeItem(
        DateTimeFormatter.ISO_INSTANT.format(
            volume.created().truncatedTo(ChronoUnit.SECONDS).atOffset(ZoneOffset.UTC)),
        volume.driver(),
        volume.labels().isEmpty() ? null : volume.labels(),
        volume.mountpoint().toString(),
        volume.name(),
        volume.options().isEmpty() ? null : volume.options(),
        "local",
        usage);
  }
}
