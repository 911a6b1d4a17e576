package io.layerd.archive;

/**
 * A difference between a layer and what is below it.
 *
 * @param path absolute, as the container sees it; bytes that are no text are replaced
 */
public record Change(Kind kind, String path) {
  /** In the order of dockerd's numbers, which start at 0. */
  public enum Kind {
    MODIFIED,
    ADDED,
    DELETED
  }
}
