package io.layerd.api.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.layerd.container.ContainerSnapshot;
import io.layerd.spec.EndpointSettings;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** An element of {@code GET /containers/json}. */
public record ContainerSummary(
    @JsonProperty("Id") String id,
    @JsonProperty("Names") List<String> names,
    @JsonProperty("Image") String image,
    @JsonProperty("ImageID") String imageId,
    @JsonProperty("Command") String command,
    @JsonProperty("Created") long created,
    @JsonProperty("Ports") List<PortItem> ports,
    @JsonProperty("SizeRw") @JsonInclude(JsonInclude.Include.NON_DEFAULT) long sizeRw,
    @JsonProperty("SizeRootFs") @JsonInclude(JsonInclude.Include.NON_DEFAULT) long sizeRootFs,
    @JsonProperty("Labels") Map<String, String> labels,
    @JsonProperty("State") String state,
    @JsonProperty("Status") String status,
    @JsonProperty("HostConfig") HostSummary host,
    @JsonProperty("NetworkSettings") Networks networks,
    @JsonProperty("Mounts") List<MountItem> mounts) {
  /** The minor version of the API from which on annotations are shown. */
  public static final int ANNOTATIONS_SINCE = 46;

  public record HostSummary(
      @JsonProperty("NetworkMode") @JsonInclude(JsonInclude.Include.NON_EMPTY) String networkMode,
      @JsonProperty("Annotations") @JsonInclude(JsonInclude.Include.NON_EMPTY)
          @Nullable Map<String, String> annotations) {}

  public record Networks(@JsonProperty("Networks") Map<String, EndpointSettings> networks) {}

  /**
   * @param minor of the API version asked for: annotations are shown from {@link
   *     #ANNOTATIONS_SINCE} on
   */
  public static ContainerSummary of(ContainerSnapshot container, Instant now, int minor) {
    ContainerSnapshot.Sizes sizes = container.sizes();
    Map<String, String> labels = container.config().labels();
    return new ContainerSummary(
        container.id(),
        Stream.concat(Stream.of(container.name()), container.linkNames().stream()).toList(),
        container.imageName(),
        container.imageId(),
        container.command(),
        container.created().getEpochSecond(),
        PortItem.of(container.network().ports()),
        sizes == null ? 0 : sizes.readWriteBytes(),
        sizes == null ? 0 : sizes.rootFsBytes(),
        labels == null ? Map.of() : labels,
        container.state().status(),
        container.statusText(now),
        new HostSummary(
            container.host().networkMode(),
            minor < ANNOTATIONS_SINCE ? null : container.host().annotations()),
        new Networks(container.network().networks()),
        container.mounts().stream().map(MountItem::of).toList());
  }
}
