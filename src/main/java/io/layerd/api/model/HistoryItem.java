package io.layerd.api.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.layerd.image.ImageService.HistoryLine;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An element of {@code GET /images/{name}/history}. */
public record HistoryItem(
    @JsonProperty("Comment") String comment,
    @JsonProperty("Created") long created,
    @JsonProperty("CreatedBy") String createdBy,
    @JsonProperty("Id") String id,
    @JsonProperty("Size") long size,
    @JsonProperty("Tags") @Nullable List<String> tags) {
  /** Go prints a time that was never set as the first second of year 1. */
  private static final long NEVER = -62135596800L;

  public static HistoryItem of(HistoryLine line) {
    return new HistoryItem(
        line.step().comment(),
        line.step().created() == null ? NEVER : line.step().created().getEpochSecond(),
        line.step().createdBy(),
        line.id() == null ? "<missing>" : line.id().toString(),
        line.sizeBytes(),
        Json.nullIfEmpty(line.tags()));
  }
}
