package io.layerd.api.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.layerd.build.CacheMounts;

/** A part of the build cache in {@code GET /system/df}: what a cache mount keeps. */
public record BuildCacheItem(
    @JsonProperty("ID") String id,
    @JsonProperty("Type") String type,
    @JsonProperty("Description") String description,
    @JsonProperty("InUse") boolean inUse,
    @JsonProperty("Shared") boolean shared,
    @JsonProperty("Size") long size,
    @JsonProperty("CreatedAt") String created,
    @JsonProperty("LastUsedAt") String used,
    @JsonProperty("UsageCount") int uses) {
  static BuildCacheItem of(CacheMounts.Entry entry) {
    return new BuildCacheItem(
        entry.name(),
        "exec.cachemount",
        "cached mount " + entry.id(),
        entry.inUse(),
        false,
        entry.sizeBytes(),
        entry.created().toString(),
        entry.used().toString(),
        1);
  }
}
