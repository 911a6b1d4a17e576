package io.layerd.api.stream;

import org.jspecify.annotations.Nullable;

/**
 * The reference that {@code fromImage} and {@code tag} make together.
 *
 * @param allTags neither of them names a tag or a digest
 */
public record PulledReference(String text, boolean allTags) {
  /** Of the query of a pull. */
  public static PulledReference of(String fromImage, @Nullable String tag) {
    String name = fromImage.strip();
    int at = name.indexOf('@');
    int colon = name.indexOf(':', name.lastIndexOf('/') + 1);
    if (tag == null || tag.isEmpty()) {
      return new PulledReference(name, at < 0 && colon < 0);
    }
    String bare = at >= 0 ? name.substring(0, at) : name;
    colon = bare.indexOf(':', bare.lastIndexOf('/') + 1);
    bare = colon >= 0 ? bare.substring(0, colon) : bare;
    return new PulledReference(bare + (tag.contains(":") ? "@" : ":") + tag, false);
  }
}
