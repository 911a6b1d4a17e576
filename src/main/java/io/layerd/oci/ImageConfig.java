package io.layerd.oci;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.layerd.error.InvalidParameter;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An image's configuration. OCI image-spec, config.md, with the fields dockerd adds.
 *
 * @param created RFC 3339
 * @param config what runs, in Docker's {@code Config} form
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record ImageConfig(
    @JsonProperty("architecture") @Nullable String architecture,
    @JsonProperty("os") @Nullable String os,
    @JsonProperty("os.version") @Nullable String osVersion,
    @JsonProperty("variant") @Nullable String variant,
    @JsonProperty("created") @Nullable String created,
    @JsonProperty("author") @Nullable String author,
    @JsonProperty("comment") @Nullable String comment,
    @JsonProperty("container") @Nullable String container,
    @JsonProperty("docker_version") @Nullable String dockerVersion,
    @JsonProperty("config") @Nullable JsonNode config,
    @JsonProperty("rootfs") @Nullable RootFs rootfs,
    @JsonProperty("history") @Nullable List<Step> history) {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** The layers' diff IDs, base first. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record RootFs(
      @JsonProperty("type") @Nullable String type,
      @JsonProperty("diff_ids") @Nullable List<DiffId> diffIds) {}

  /** How one layer, or one change of the configuration, came about. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Step(
      @JsonProperty("created") @Nullable String created,
      @JsonProperty("created_by") @Nullable String createdBy,
      @JsonProperty("author") @Nullable String author,
      @JsonProperty("comment") @Nullable String comment,
      @JsonProperty("empty_layer") boolean emptyLayer) {}

  /**
   * Parses a configuration.
   *
   * @throws InvalidParameter if it is not one, or says nothing of its layers
   */
  public static ImageConfig parse(byte[] raw) {
    ImageConfig config;
    try {
      config = MAPPER.readValue(raw, ImageConfig.class);
    } catch (IOException e) {
      throw new InvalidParameter("invalid image configuration: " + firstLine(e), e);
    }
    if (config == null || config.rootfs == null) {
      throw new InvalidParameter("invalid rootfs in image configuration");
    }
    return config;
  }

  private static String firstLine(IOException e) {
    String text = String.valueOf(e.getMessage());
    int end = text.indexOf('\n');
    return end < 0 ? text : text.substring(0, end);
  }

  /** The layers' diff IDs, base first; empty for an image without layers. */
  public List<DiffId> diffIds() {
    return rootfs == null || rootfs.diffIds() == null ? List.of() : rootfs.diffIds();
  }

  /** What the image is for; an unsaid operating system is linux. */
  public Platform platform() {
    return new Platform(
        architecture == null ? "" : architecture,
        os == null || os.isEmpty() ? "linux" : os,
        osVersion,
        variant);
  }
}
