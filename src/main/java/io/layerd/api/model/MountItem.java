package io.layerd.api.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.layerd.container.MountPoint;

/** A mount of a container. */
public record MountItem(
    @JsonProperty("Type") @JsonInclude(JsonInclude.Include.NON_EMPTY) String type,
    @JsonProperty("Name") @JsonInclude(JsonInclude.Include.NON_EMPTY) String name,
    @JsonProperty("Source") String source,
    @JsonProperty("Destination") String destination,
    @JsonProperty("Driver") @JsonInclude(JsonInclude.Include.NON_EMPTY) String driver,
    @JsonProperty("Mode") String mode,
    @JsonProperty("RW") boolean readWrite,
    @JsonProperty("Propagation") String propagation) {
  static MountItem of(MountPoint mount) {
    return new MountItem(
        mount.type(),
        mount.name(),
        mount.source(),
        mount.destination(),
        mount.driver(),
        mount.mode(),
        mount.readWrite(),
        mount.propagation());
  }
}
