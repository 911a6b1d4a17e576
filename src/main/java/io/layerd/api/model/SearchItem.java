package io.layerd.api.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.layerd.registry.SearchResult;

/** An element of {@code GET /images/search}; nothing is built automatically any more. */
public record SearchItem(
    @JsonProperty("star_count") int stars,
    @JsonProperty("is_official") boolean official,
    @JsonProperty("name") String name,
    @JsonProperty("is_automated") boolean automated,
    @JsonProperty("description") String description) {
  public static SearchItem of(SearchResult found) {
    return new SearchItem(
        found.stars(), found.official(), found.name(), false, found.description());
  }
}
