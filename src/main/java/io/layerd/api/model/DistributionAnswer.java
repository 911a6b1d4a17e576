package io.layerd.api.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.layerd.registry.Described;
import java.util.List;

/** {@code GET /distribution/{name}/json}. */
public record DistributionAnswer(
    @JsonProperty("Descriptor") Manifest descriptor,
    @JsonProperty("Platforms") List<PlatformItem> platforms) {
  public record Manifest(
      @JsonProperty("mediaType") String mediaType,
      @JsonProperty("digest") String digest,
      @JsonProperty("size") long size) {}

  public static DistributionAnswer of(Described described) {
    return new DistributionAnswer(
        new Manifest(
            described.manifest().mediaType(),
            described.manifest().digest().toString(),
            described.manifest().size()),
        described.platforms().stream().map(PlatformItem::of).toList());
  }
}
