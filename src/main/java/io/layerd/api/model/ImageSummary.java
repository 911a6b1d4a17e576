package io.layerd.api.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.layerd.image.DamagedImage;
import io.layerd.image.ImageService.Summary;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An element of {@code GET /images/json}. */
public record ImageSummary(
    @JsonProperty("Containers") long containers,
    @JsonProperty("Created") long created,
    @JsonProperty("Id") String id,
    @JsonProperty("Labels") @Nullable Map<String, String> labels,
    @JsonProperty("ParentId") String parentId,
    @JsonProperty("RepoDigests") @Nullable List<String> repoDigests,
    @JsonProperty("RepoTags") @Nullable List<String> repoTags,
    @JsonProperty("SharedSize") long sharedSize,
    @JsonProperty("Size") long size,
    @JsonProperty("VirtualSize") @JsonInclude(JsonInclude.Include.NON_NULL)
        @Nullable Long virtualSize) {
  private static final String DAMAGED = "damaged:see-layerd-fsck";

  /**
   * @param minor of the API version asked for: before 1.43 nameless images have the name {@code
   *     <none>}, before 1.44 there is a virtual size, before 1.51 containers are not counted
   */
  public static ImageSummary of(Summary summary, int minor) {
    List<String> tags = summary.repoTags();
    List<String> digests = summary.repoDigests();
    if (minor < 43 && tags.isEmpty() && digests.isEmpty()) {
      tags = List.of("<none>:<none>");
      digests = List.of("<none>@<none>");
    }
    return new ImageSummary(
        minor < 51 ? -1 : summary.containers(),
        summary.image().created() == null ? 0 : summary.image().created().getEpochSecond(),
        summary.image().id().toString(),
        summary.image().config().labels(),
        summary.image().parent() == null ? "" : summary.image().parent().toString(),
        digests,
        tags,
        summary.sharedSizeBytes(),
        summary.sizeBytes(),
        minor < 44 ? Long.valueOf(summary.sizeBytes()) : null);
  }

  /**
   * The line of an image that is left out, in {@code /system/df} only. The docker CLI prints the
   * name, so it says what is the matter; the rest is in labels.
   */
  public static ImageSummary damaged(DamagedImage image) {
    Map<String, String> labels =
        Map.of("layerd.damaged", image.reason(), "layerd.names", String.join(",", image.names()));
    return new ImageSummary(
        0, 0, image.id().toString(), labels, "", null, List.of(DAMAGED), 0, 0, null);
  }

  /** As {@code /system/df} prints it: there, no names are null. */
  public static ImageSummary inUsage(Summary summary) {
    ImageSummary line = of(summary, 51);
    return new ImageSummary(
        line.containers,
        line.created,
        line.id,
        line.labels,
        line.parentId,
        Json.nullIfEmpty(summary.repoDigests()),
        Json.nullIfEmpty(summary.repoTags()),
        line.sharedSize,
        line.size,
        null);
  }
}
