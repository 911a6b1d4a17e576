package io.layerd.api.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.layerd.image.ImageService.Removed;
import org.jspecify.annotations.Nullable;

/** A name or an image that a removal took away. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DeletedItem(
    @JsonProperty("Untagged") @Nullable String untagged,
    @JsonProperty("Deleted") @Nullable String deleted) {
  public static DeletedItem of(Removed removed) {
    return switch (removed) {
      case Removed.Untagged name -> new DeletedItem(name.reference(), null);
      case Removed.Deleted image -> new DeletedItem(null, image.id());
    };
  }
}
