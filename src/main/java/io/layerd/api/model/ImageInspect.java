package io.layerd.api.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.layerd.engine.ImageCommands.ImageDetails;
import io.layerd.image.ImageService.Image;
import io.layerd.oci.DiffId;
import io.layerd.spec.ContainerConfig;
import io.layerd.spec.SpecJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /images/{name}/json}. What only some versions show is null for others, and left out.
 */
public record ImageInspect(
    @JsonProperty("Id") String id,
    @JsonProperty("RepoTags") List<String> repoTags,
    @JsonProperty("RepoDigests") List<String> repoDigests,
    @JsonProperty("Parent") String parent,
    @JsonProperty("Comment") String comment,
    @JsonProperty("Created") @JsonInclude(JsonInclude.Include.NON_EMPTY) @Nullable String created,
    @JsonProperty("Container") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        @Nullable String container,
    @JsonProperty("ContainerConfig") @JsonInclude(JsonInclude.Include.NON_NULL)
        @Nullable JsonNode containerConfig,
    @JsonProperty("DockerVersion") String dockerVersion,
    @JsonProperty("Author") String author,
    @JsonProperty("Architecture") String architecture,
    @JsonProperty("Variant") @JsonInclude(JsonInclude.Include.NON_EMPTY) @Nullable String variant,
    @JsonProperty("Os") String os,
    @JsonProperty("OsVersion") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        @Nullable String osVersion,
    @JsonProperty("Size") long size,
    @JsonProperty("VirtualSize") @JsonInclude(JsonInclude.Include.NON_NULL)
        @Nullable Long virtualSize,
    @JsonProperty("GraphDriver") GraphDriverData graphDriver,
    @JsonProperty("RootFS") RootFs rootFs,
    @JsonProperty("Metadata") Metadata metadata,
    @JsonProperty("Config") JsonNode config) {
  private static final ContainerConfig EMPTY =
      SpecJson.read(SpecJson.MAPPER.createObjectNode(), ContainerConfig.class);

  /** Fields of a container's configuration that an image's own does not have from 1.50 on. */
  private static final Set<String> NOT_OF_IMAGES =
      Set.of(
          "Hostname",
          "Domainname",
          "AttachStdin",
          "AttachStdout",
          "AttachStderr",
          "Tty",
          "OpenStdin",
          "StdinOnce",
          "Image",
          "NetworkDisabled",
          "MacAddress",
          "StopTimeout");

  public record RootFs(
      @JsonProperty("Type") String type,
      @JsonProperty("Layers") @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> layers) {}

  public record Metadata(@JsonProperty("LastTagTime") String lastTagTime) {}

  /**
   * @param minor of the API version asked for
   */
  public static ImageInspect of(ImageDetails details, int minor) {
    Image image = details.image();
    Instant tagged = details.lastTagged();
    ObjectNode config = SpecJson.MAPPER.valueToTree(image.config());
    if (minor >= 50) {
      config.remove(NOT_OF_IMAGES);
    }
    return new ImageInspect(
        image.id().toString(),
        details.summary().repoTags(),
        details.summary().repoDigests(),
        image.parent() == null ? "" : image.parent().toString(),
        comment(image),
        image.created() == null
            ? (minor < 44 ? "0001-01-01T00:00:00Z" : null)
            : Json.time(image.created()),
        minor < 45 ? image.container() : null,
        minor < 45 ? containerConfig(image) : null,
        image.dockerVersion(),
        image.author(),
        image.platform().architecture(),
        image.platform().variant(),
        image.platform().os(),
        image.platform().osVersion(),
        details.summary().sizeBytes(),
        minor < 44 ? Long.valueOf(details.summary().sizeBytes()) : null,
        new GraphDriverData(
            details.graphData().isEmpty() ? null : details.graphData(), details.driver()),
        new RootFs("layers", image.diffIds().stream().map(DiffId::toString).toList()),
        new Metadata(tagged == null ? "0001-01-01T00:00:00Z" : Json.time(tagged)),
        config);
  }

  /** The configuration of the container an image was committed from, which only its JSON holds. */
  private static JsonNode containerConfig(Image image) {
    try {
      JsonNode raw = SpecJson.MAPPER.readTree(image.raw()).get("container_config");
      ContainerConfig config =
          raw == null || !raw.isObject() ? EMPTY : SpecJson.read(raw, ContainerConfig.class);
      return SpecJson.MAPPER.valueToTree(config);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Of an image without one, its last step's. */
  private static String comment(Image image) {
    return image.comment().isEmpty() && !image.history().isEmpty()
        ? image.history().getLast().comment()
        : image.comment();
  }
}
