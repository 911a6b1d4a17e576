package io.layerd.spec;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;

/** A host device inside a container. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record DeviceMapping(
    @JsonProperty("PathOnHost") String pathOnHost,
    @JsonProperty("PathInContainer") String pathInContainer,
    @JsonProperty("CgroupPermissions") String cgroupPermissions) {
  public DeviceMapping {
    pathOnHost = pathOnHost == null ? "" : pathOnHost;
    pathInContainer = pathInContainer == null ? "" : pathInContainer;
    cgroupPermissions = cgroupPermissions == null ? "" : cgroupPermissions;
  }
}
