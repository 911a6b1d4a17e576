package io.layerd.api.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.layerd.archive.Change;

/** One of {@code GET /containers/{id}/changes}. */
public record ChangeItem(@JsonProperty("Path") String path, @JsonProperty("Kind") int kind) {
  public static ChangeItem of(Change change) {
    int kind =
        switch (change.kind()) {
          case MODIFIED -> 0;
          case ADDED -> 1;
          case DELETED -> 2;
        };
    return new ChangeItem(change.path(), kind);
  }
}
