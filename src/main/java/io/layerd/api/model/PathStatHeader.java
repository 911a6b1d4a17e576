package io.layerd.api.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.layerd.container.GoTime;
import io.layerd.rootfs.PathStat;

/** The value of {@code X-Docker-Container-Path-Stat}, before base64. */
public record PathStatHeader(
    @JsonProperty("name") String name,
    @JsonProperty("size") long size,
    @JsonProperty("mode") long mode,
    @JsonProperty("mtime") GoTime mtime,
    @JsonProperty("linkTarget") String linkTarget) {
  public static PathStatHeader of(PathStat stat) {
    return new PathStatHeader(
        stat.name(), stat.sizeBytes(), stat.mode(), new GoTime(stat.modified()), stat.linkTarget());
  }
}
